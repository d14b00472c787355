package dev.sluice.core.export;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.ThreadModel;
import dev.sluice.api.runtime.ExportState;
import dev.sluice.core.chain.Services;
import dev.sluice.core.util.Deadline;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** All exports of the server: found by name for clients, told of kinds that come and go. */
public final class Exports implements ExportDirectory, Kinds.Listener {
    private static final System.Logger LOG = System.getLogger("dev.sluice.export");

    private final Services services;
    private final SwapLog swaps;
    private final Map<String, Export> byName = new ConcurrentHashMap<>();
    /** Exports that can't be as they are configured, and why. */
    private final Map<String, String> refused = new ConcurrentHashMap<>();
    private volatile Kinds kinds;

    /** None yet. */
    public Exports(Services services, SwapLog swaps) {
        this.services = services;
        this.swaps = swaps;
    }

    /** Where layers come from; set once, before the first export. */
    public void setKinds(Kinds source) {
        kinds = source;
    }

    /**
     * Adds an export and starts it on a thread of its own.
     *
     * @throws dev.sluice.api.ConfigException there is one of this name already
     */
    public Export add(ExportConfig config) {
        Export export = new Export(config, services, kinds, swaps);
        if (byName.putIfAbsent(config.name(), export) != null) {
            throw new dev.sluice.api.ConfigException("there are two exports named '" + config.name() + "'; names must differ");
        }
        services.platform().start("sluice-export-" + config.name(), export::start);
        return export;
    }

    /** An export whose configuration can't be used: it is shown with the reason until {@link #forget}. */
    public void refuse(String name, String why) {
        refused.put(name, why);
    }

    /** The configuration of a refused export has gone. */
    public void forget(String name) {
        refused.remove(name);
    }

    /** Names of refused exports, with the reasons. */
    public Map<String, String> refused() {
        return Map.copyOf(refused);
    }

    /** Ends an export. */
    public void remove(Export export, String why) {
        // Until it has stopped it is told of kinds that leave: their code may still be in use.
        export.stop().stop(why);
        byName.remove(export.name(), export);
        swaps.forget(export.name());
        services.observers().changed();
    }

    /**
     * Puts an export of the same definition in the place of one that has ended, switched on or off.
     *
     * @return the new one, started
     */
    public Export again(Export ended, boolean enabled) {
        ExportConfig c = ended.config();
        Export export = new Export(new ExportConfig(c.name(), ended.specs(), enabled, c.readOnly(), c.drain(), c.hold(), c.directory(),
                c.tls()),
                services, kinds, swaps);
        if (!byName.replace(c.name(), ended, export)) {
            throw new dev.sluice.api.ConfigException("export '" + c.name() + "' was changed by somebody else meanwhile");
        }
        export.start();
        return export;
    }

    /** All, by name. */
    public List<Export> all() {
        return byName.values().stream().sorted(Comparator.comparing(Export::name)).toList();
    }

    /** The export with this configured name. */
    public Optional<Export> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    @Override
    public void arrived(Kind kind) {
        for (Export export : byName.values()) {
            boolean concerned = export.specs().stream()
                    .anyMatch(s -> s.filter() == kind.filter() && s.kind().equals(kind.name()));
            ExportState state = export.state();
            if (concerned && (state == ExportState.WAITING || state == ExportState.HELD || state == ExportState.STARTING
                    || state == ExportState.FAILED)) {
                services.platform().start("sluice-swap-" + export.name(), () -> {
                    export.exclusively(() -> {
                        if (export.state() == ExportState.HELD) {
                            export.swap().putBack();
                        } else if (!export.swap().reviveAfterHold()) {
                            export.start();
                        }
                    });
                });
            }
        }
    }

    @Override
    public void leaving(Kind kind) {
        for (Export export : byName.values()) {
            try {
                export.exclusivelyAtTheEnd(kind, () -> export.swap().leaving(kind));
            } catch (RuntimeException | Error e) {
                // The other exports are still to be told.
                LOG.log(System.Logger.Level.ERROR, "export " + export.name() + ": internal error while " + kind.name() + " leaves", e);
            }
        }
    }

    @Override
    public List<ExportInfo> list(ClientInfo client) throws NbdException {
        List<ExportInfo> shown = new ArrayList<>();
        for (Export export : all()) {
            if (export.state() != ExportState.ACTIVE && export.state() != ExportState.HELD || !export.config().tls().admits(client)) {
                continue;
            }
            if (export.config().catchAll()) {
                shown.addAll(export.clients().list(client));
            } else {
                shown.add(new ExportInfo(export.name(), ""));
            }
        }
        return shown;
    }

    @Override
    public OpenConnection open(String name, ClientInfo client, SessionControl session) throws NbdException {
        Export export = byName.get(name);
        if (export != null && !export.config().catchAll()) {
            return export.clients().open(name, client, session);
        }
        Export catchAll = byName.get(ExportConfig.CATCH_ALL);
        if (catchAll != null) {
            catchAll.config().tls().check(name, client);
            String asked = name.isEmpty() ? catchAll.clients().defaultExport(client) : name;
            return catchAll.clients().open(asked, client, session);
        }
        if (name.isEmpty() && byName.size() == 1) {
            Export only = byName.values().iterator().next();
            return only.clients().open(only.name(), client, session);
        }
        throw new NbdException(NbdError.EINVAL, name.isEmpty() ? "there is no default export" : "there is no export '" + name + "'");
    }

    /** The export that a client gets which does not say which; also whose layers are asked before a client is greeted. */
    private Optional<Export> first() {
        Export catchAll = byName.get(ExportConfig.CATCH_ALL);
        return catchAll != null ? Optional.of(catchAll)
                : byName.size() == 1 ? byName.values().stream().findFirst() : Optional.empty();
    }

    @Override
    public void admit(ClientInfo client) throws NbdException {
        Optional<Export> export = first();
        if (export.isEmpty() || export.get().state() != ExportState.ACTIVE) {
            return;
        }
        export.get().clients().preconnect(client);
    }

    @Override
    public void complain(String what) {
        services.complaints().warn(LOG, "handshakes", what);
    }

    @Override
    public boolean oneAtATime() {
        return first().map(e -> e.threadModel() == ThreadModel.SERIALIZE_CONNECTIONS).orElse(false);
    }

    /** Waits until the export with this name has a lasting state; empty if there is none in time. */
    public Optional<Export> await(String name, Deadline deadline) {
        while (true) {
            Export export = byName.get(name);
            if (export != null) {
                export.awaitSettled(deadline);
                return Optional.of(export);
            }
            if (deadline.isOver() || refused.containsKey(name)) {
                return Optional.empty();
            }
            services.platform().park(this, Math.min(deadline.remainingNanos(), 1_000_000));
        }
    }
}
