package dev.sluice.core.osgi;

import dev.sluice.api.ConfigException;
import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.SluiceControl;
import dev.sluice.api.runtime.SluiceRuntime;
import dev.sluice.core.export.Export;
import dev.sluice.core.export.ExportConfig;
import dev.sluice.core.export.ExportTls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;

/** One export: exists as long as its factory configuration ({@link SluiceRuntime#EXPORT_PID}) does. */
@Component(name = SluiceRuntime.EXPORT_PID, service = ExportComponent.class, immediate = true,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class ExportComponent {
    private final CoreComponent core;
    // DS calls activate, modified and deactivate of one component one after the other
    private volatile Export export;
    private volatile String name;

    /** Adds the export; what its configuration lacks is reported, and the export is not there. */
    @Activate
    public ExportComponent(@Reference(name = "core") CoreComponent core, Map<String, Object> properties) {
        this.core = core;
        add(properties);
    }

    private void add(Map<String, Object> properties) {
        export = null;
        name = String.valueOf(properties.get("name"));
        try {
            ExportConfig config = config(properties);
            if (!core.claim(name, this)) {
                throw new ConfigException("there is an export '" + name + "' of another configuration already; names must differ");
            }
            // one that a shell has made becomes this configuration's
            Optional<Export> there = core.exports().find(name);
            export = there.isPresent() ? changed(there.get(), config) : core.exports().add(config);
        } catch (ConfigException e) {
            core.unclaim(name, this);
            CoreComponent.refused(properties, e);
            core.exports().refuse(name, e.getMessage());
        }
    }

    /**
     * An edit: other layers are brought in under the clients; anything else, or an export that is not active, starts
     * anew. An edit that is refused leaves the export as it was.
     */
    @Modified
    public void modified(Map<String, Object> properties) {
        ExportConfig edited;
        try {
            edited = config(properties);
            Optional<Export> current = export == null ? Optional.empty() : core.exports().find(name);
            if (current.isPresent() && edited.name().equals(name)) {
                export = changed(current.get(), edited);
                return;
            }
        } catch (ConfigException e) {
            CoreComponent.refused(properties, e);
            return;
        }
        deactivate();
        add(properties);
    }

    /**
     * Brings an export to what it shall be.
     *
     * @return the export that is there now
     * @throws ConfigException refused; it is as it was
     */
    private Export changed(Export current, ExportConfig edited) {
        boolean served = current.state() == ExportState.ACTIVE || current.state() == ExportState.HELD;
        if (!served || !current.config().sameBut(edited)) {
            core.exports().remove(current, "the export is configured anew");
            return core.exports().add(edited);
        }
        if (!current.specs().equals(edited.layers())) {
            // Whoever edits the configuration says what the export shall be, its contents included.
            current.reshape(edited.layers(), new SluiceControl.ChangeOptions(false, true, false));
        }
        return current;
    }

    private static ExportConfig config(Map<String, Object> properties) {
        Object name = properties.get("name");
        if (name == null) {
            throw new ConfigException("configuration " + properties.get("service.pid") + " of an export has no name");
        }
        Configured c = new Configured("export " + name, properties)
                .only("name", "layers", "enabled", "read-only", "drain", "hold", "directory", "tls", "tls-allow", "tls-write");
        return new ExportConfig(name.toString(), ExportConfig.layers(name.toString(), c.strings("layers")), c.bool("enabled", true),
                c.bool("read-only", false), c.delay("drain", Duration.ofSeconds(10)), c.delay("hold", Duration.ofSeconds(60)),
                Path.of(c.string("directory", "")).toAbsolutePath(),
                ExportTls.parse(name.toString(), c.choice("tls", "", "optional", "require"), c.strings("tls-allow"),
                        c.strings("tls-write")));
    }

    /** Ends the export. */
    @Deactivate
    public void deactivate() {
        if (export != null) {
            core.exports().find(name).ifPresent(e -> core.exports().remove(e, "the export is removed"));
            export = null;
        }
        core.exports().forget(name);
        core.unclaim(name, this);
    }
}
