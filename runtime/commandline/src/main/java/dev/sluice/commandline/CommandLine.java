package dev.sluice.commandline;

import dev.sluice.api.runtime.SluiceRuntime;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import org.osgi.framework.FrameworkUtil;
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

    private final Launcher launcher;
    private final SluiceRuntime runtime;
    private final ConfigurationAdmin admin;

    /** Made by Declarative Services. */
    @Activate
    public CommandLine(@Reference(name = "launcher", target = "(dev.sluice.launcher=true)") BiFunction<String, Object, Object> launcher,
            @Reference(name = "runtime") SluiceRuntime runtime, @Reference(name = "admin") ConfigurationAdmin admin) {
        this.launcher = new Launcher(launcher);
        this.runtime = runtime;
        this.admin = admin;
    }

    @Override
    public Integer call() throws Exception {
        Texts texts = new Texts(launcher.program(), runtime.version());
        try {
            return run(texts);
        } catch (UsageException e) {
            launcher.err(launcher.program() + ": " + e.getMessage());
            if (e.showsSynopsis()) {
                launcher.out(texts.synopsis());
            }
            return FAILURE;
        }
    }

    private int run(Texts texts) throws Exception {
        Settings settings = new Settings(OptionParser.parse(launcher.argv()), launcher.directory());
        if (settings.has(Option.VERBOSE)) {
            launcher.verbose();
        }
        if (settings.has(Option.DUMP_CONFIG)) {
            launcher.out(texts.dumpConfig(launcher.home()));
            return 0;
        }
        if (settings.has(Option.LONG_OPTIONS) || settings.has(Option.SHORT_OPTIONS)) {
            launcher.out(Texts.names(settings.has(Option.LONG_OPTIONS)));
            return 0;
        }
        Optional<Chain> chain = chain(settings, texts);
        if (settings.has(Option.HELP)) {
            launcher.out(texts.help(chain));
            return 0;
        }
        if (settings.has(Option.VERSION)) {
            launcher.out(texts.version(chain));
            return 0;
        }
        if (chain.isEmpty()) {
            launcher.err(launcher.program() + ": " + noPlugin(settings));
            launcher.err(texts.hint());
            return FAILURE;
        }
        if (settings.has(Option.DUMP_PLUGIN)) {
            launcher.out(texts.dumpPlugin(chain.get(), apiVersion()));
            return 0;
        }
        return new Server(runtime, admin, launcher, settings).serve(chain.get().lines(settings.parameters()));
    }

    private Optional<Chain> chain(Settings settings, Texts texts) throws UsageException {
        if (settings.plugin().isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Kinds(runtime, launcher).chain(settings, settings.plugin().get()));
        } catch (UsageException e) {
            throw UsageException.of(e.getMessage() + "\n" + texts.hint());
        }
    }

    private static String noPlugin(Settings settings) {
        return settings.has(Option.DUMP_PLUGIN)
                ? "--dump-plugin needs a plugin; --dump-config tells about the server" : "no plugins given on the command line.";
    }

    /** Of the API bundle, which plugins are bound to. */
    private static String apiVersion() {
        return FrameworkUtil.getBundle(SluiceRuntime.class).getVersion().toString();
    }
}
