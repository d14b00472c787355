package dev.sluice.commandline;

import dev.sluice.api.runtime.SluiceRuntime;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * The command line as the launcher calls it: once, on the main thread. It answers with the status of the process.
 * Without a launcher (in Karaf) the component stays unsatisfied and nothing happens.
 */
@Component(service = Callable.class, property = "dev.sluice.commandline:Boolean=true")
public final class CommandLine implements Callable<Integer> {
    private static final int FAILURE = 1;
    /** Of the runtime: what its listeners can do beyond what every core's can. */
    private static final String FEATURES = "dev.sluice.features";
    /** By its name: where its classes come from need not tell which bundle has them. */
    private static final String API = "dev.sluice.api";

    private final Launcher launcher;
    private final SluiceRuntime runtime;
    private final ConfigurationAdmin admin;
    private final Set<String> features;
    private final SystemCalls calls;
    /** Where the kernel tells about this process. */
    private final Path processFiles;
    /** Of the API bundle, which plugins are bound to; 0 if there is none. */
    private final String apiVersion;

    /** Made by Declarative Services. */
    @Activate
    public CommandLine(BundleContext context,
            @Reference(name = "launcher", target = "(dev.sluice.launcher=true)") BiFunction<String, Object, Object> launcher,
            @Reference(name = "runtime", service = SluiceRuntime.class) Map.Entry<Map<String, Object>, SluiceRuntime> runtime,
            @Reference(name = "admin") ConfigurationAdmin admin) {
        this(launcher, runtime.getValue(), admin, features(runtime.getKey().get(FEATURES)), new JnaSystemCalls(),
                Path.of("/proc/self"), apiVersion(context));
    }

    CommandLine(BiFunction<String, Object, Object> launcher, SluiceRuntime runtime, ConfigurationAdmin admin, Set<String> features,
            SystemCalls calls, Path processFiles, String apiVersion) {
        this.launcher = new Launcher(launcher);
        this.runtime = runtime;
        this.admin = admin;
        this.features = features;
        this.calls = calls;
        this.processFiles = processFiles;
        this.apiVersion = apiVersion;
    }

    private static Set<String> features(Object property) {
        return property instanceof String[] names ? Set.of(names) : Set.of();
    }

    @Override
    public Integer call() throws Exception {
        Program program = new Program(launcher.program(), runtime.version());
        Texts texts = new Texts(program, apiVersion);
        try {
            return run(program, texts);
        } catch (UsageException e) {
            String text = program.name() + ": " + e.getMessage();
            if (e.isLogged()) {
                launcher.report(text);
            } else {
                launcher.err(text);
            }
            if (e.showsSynopsis()) {
                launcher.out(texts.synopsis());
            }
            if (e.showsHint()) {
                launcher.err(texts.hint());
            }
            return FAILURE;
        }
    }

    private int run(Program program, Texts texts) throws Exception {
        OptionParser.Line line = OptionParser.parse(launcher.argv());
        Optional<String> text = texts.alone(line, launcher.home());
        if (text.isPresent()) {
            launcher.out(text.get());
            return 0;
        }
        Settings settings = new Settings(KindFile.expand(line, launcher.directory()), launcher.directory(), launcher.isActivated());
        if (settings.has(Option.VERBOSE)) {
            launcher.verbose();
        }
        ErrorLog log = new ErrorLog(settings, program.name(), calls);
        log.atStart().ifPresent(launcher::log);
        Optional<Chain> chain = settings.plugin().isEmpty() ? Optional.empty()
                : Optional.of(new Kinds(runtime, launcher).chain(settings, settings.plugin().get()));
        if (settings.has(Option.HELP)) {
            launcher.out(texts.help(chain));
            return 0;
        }
        if (settings.has(Option.VERSION)) {
            launcher.out(texts.version(chain));
            return 0;
        }
        if (chain.isEmpty()) {
            throw noPlugin(settings, program);
        }
        if (settings.has(Option.DUMP_PLUGIN)) {
            chain.get().check(settings.parameters());
            launcher.out(texts.dumpPlugin(chain.get()));
            return 0;
        }
        return serve(settings, program, log, chain.get());
    }

    private int serve(Settings settings, Program program, ErrorLog log, Chain chain) throws Exception {
        settings.debugFlags().forEach(flag -> flag.warning(chain).ifPresent(text -> warn(program, text)));
        Encryption encryption = Encryption.of(settings,
                Encryption.usualPlaces(System.getProperty("user.name", ""), Path.of(System.getProperty("user.home", "/"))));
        if (!encryption.warning().isEmpty()) {
            warn(program, encryption.warning());
        }
        if (launcher.isActivated() && !features.contains(ListenerNeeds.INHERITED)) {
            throw UsageException.error("socket activation: this build can't take a socket");
        }
        Identity identity = new Identity(settings, calls);
        ListenerNeeds needs = ListenerNeeds.of(settings, program, features, identity.changes(), encryption);
        if (settings.has(Option.VERBOSE)) {
            new StartReport(program, settings, chain).lines(System.getenv()).forEach(launcher::err);
        }
        if (encryption.psk().isPresent()) {
            startPsk();
        }
        ProcessState process = new ProcessState(calls, identity, log, new LockedMemory(processFiles));
        return new Server(runtime, admin, launcher, settings, process, needs).serve(chain.lines(settings.parameters()));
    }

    private void startPsk() throws UsageException {
        try {
            launcher.startPsk();
        } catch (java.io.UncheckedIOException e) {
            throw UsageException.error("--tls-psk: " + e.getCause().getMessage());
        }
    }

    private void warn(Program program, String text) {
        launcher.err(program.name() + ": warning: " + text);
    }

    private static UsageException noPlugin(Settings settings, Program program) {
        if (settings.has(Option.DUMP_PLUGIN)) {
            return UsageException.lines("use '" + program.name() + " plugin --dump-plugin' or\n'" + program.name()
                    + " /path/to/plugin.jar --dump-plugin' or\nif you want to find out about the server use --dump-config");
        }
        return UsageException.of("no plugins given on the command line.").withHint();
    }

    private static String apiVersion(BundleContext context) {
        for (Bundle bundle : context.getBundles()) {
            if (API.equals(bundle.getSymbolicName())) {
                return bundle.getVersion().toString();
            }
        }
        return "0";
    }
}
