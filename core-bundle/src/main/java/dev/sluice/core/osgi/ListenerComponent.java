package dev.sluice.core.osgi;

import dev.sluice.api.ConfigException;
import dev.sluice.api.runtime.SluiceRuntime;
import dev.sluice.core.engine.ListenerConfig;
import dev.sluice.core.handshake.HandshakeOptions;
import dev.sluice.core.protocol.Limits;
import dev.sluice.core.transport.ListenAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;

/** One listener: exists as long as its factory configuration ({@link SluiceRuntime#LISTENER_PID}) does. */
@Component(name = SluiceRuntime.LISTENER_PID, service = ListenerComponent.class, immediate = true,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class ListenerComponent {
    private static final String[] SETTINGS = {"name", "address", "handshake-timeout", "read-only", "max-connections", "threads",
        "max-bytes", "style", "handshake-flags", "structured-replies", "meta-contexts", "extended-headers", "export", "max-options",
        "require-block-size", "keepalive", "paused", "tls", "tls-certificates", "tls-psk", "tls-verify-peer", "idle-timeout"};

    private final CoreComponent core;
    // DS calls activate, modified and deactivate of one component one after the other
    private volatile String name;
    private volatile ListenerConfig config;

    /** Starts to listen; what goes wrong is reported and stands in the listener's status. */
    @Activate
    public ListenerComponent(@Reference(name = "core") CoreComponent core, Map<String, Object> properties) {
        this.core = core;
        listen(properties);
    }

    private void listen(Map<String, Object> properties) {
        name = String.valueOf(properties.get("name"));
        ListenerConfig parsed = null;
        try {
            parsed = config(properties);
            core.engine().listen(parsed);
        } catch (ConfigException e) {
            parsed = null;
            CoreComponent.refused(properties, e);
            core.engine().refuse(name, String.valueOf(properties.get("address")), e.getMessage());
        }
        config = parsed;
    }

    /** A paused listener goes on; after any other edit it listens anew. */
    @Modified
    public void modified(Map<String, Object> properties) {
        if (config != null && config.paused() && isResumed(properties)) {
            config = config.resumed();
            core.engine().resume(config);
            return;
        }
        deactivate();
        listen(properties);
    }

    private boolean isResumed(Map<String, Object> properties) {
        try {
            return config(properties).equals(config.resumed());
        } catch (ConfigException e) {
            // told when it is taken up
            return false;
        }
    }

    private static ListenerConfig config(Map<String, Object> properties) {
        Object name = properties.get("name");
        if (name == null) {
            throw new ConfigException("configuration " + properties.get("service.pid") + " of a listener has no name");
        }
        Configured c = new Configured("listener " + name, properties).only(SETTINGS);
        String address = c.string("address", "");
        return new ListenerConfig(name.toString(), ListenAddress.parse(address), handshake(c),
                c.delay("handshake-timeout", Duration.ofSeconds(30)), c.bool("read-only", false),
                c.integer("max-connections", 16_384, 1, 1_000_000), c.integer("threads", 64, 1, 1024),
                c.size("max-bytes", 128L << 20, 64L << 20), c.bool("keepalive", false), c.bool("paused", false), ListenerTls.keys(c),
                c.delay("idle-timeout", Duration.ZERO));
    }

    private static HandshakeOptions handshake(Configured c) {
        String style = c.choice("style", "newstyle", "oldstyle");
        HandshakeOptions d = HandshakeOptions.DEFAULT;
        return new HandshakeOptions(style.equals("oldstyle") ? HandshakeOptions.Style.OLDSTYLE : HandshakeOptions.Style.NEWSTYLE,
                c.integer("handshake-flags", d.handshakeFlags(), 0, Integer.MAX_VALUE) & d.handshakeFlags(),
                c.bool("structured-replies", d.structuredReplies()), c.bool("meta-contexts", d.metaContexts()),
                c.bool("extended-headers", d.extendedHeaders()), ListenerTls.mode(c), Optional.of(c.string("export", "")),
                c.integer("max-options", Limits.MAX_OPTIONS, 1, 1_000_000), c.bool("require-block-size", d.requireBlockSize()));
    }

    /** Stops to listen. */
    @Deactivate
    public void deactivate() {
        if (config != null) {
            core.engine().unlisten(config);
        } else {
            core.engine().forget(name);
        }
    }
}
