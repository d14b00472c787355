package dev.sluice.daemon;

import dev.sluice.api.ConfigException;
import dev.sluice.api.runtime.SluiceRuntime;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.felix.service.command.CommandProcessor;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * The server mode as the launcher calls it: once, on the main thread. It answers with the status of the process. Without
 * a launcher the component stays unsatisfied and nothing happens.
 */
@Component(service = Callable.class, property = "dev.sluice.commandline:Boolean=true")
public final class Daemon implements Callable<Integer> {
    private final Launcher launcher;
    private final Serving serving;

    /** Made by Declarative Services. */
    @Activate
    public Daemon(BundleContext context,
            @Reference(name = "launcher", target = "(dev.sluice.launcher=true)") BiFunction<String, Object, Object> launcher,
            @Reference(name = "runtime") SluiceRuntime runtime, @Reference(name = "admin") ConfigurationAdmin admin,
            @Reference(name = "gogo") CommandProcessor gogo,
            @Reference(name = "completion", target = "(dev.sluice.completion=true)") Function<List<String>, List<String>> completion) {
        this.launcher = new Launcher(launcher);
        this.serving = new Serving(context, this.launcher, runtime, admin, new Consoles(gogo, completion));
    }

    @Override
    public Integer call() throws Exception {
        try {
            serving.serve(Options.parse(launcher.argv(), launcher.directory()));
            return 0;
        } catch (ConfigException e) {
            launcher.error(e.getMessage());
            return 1;
        }
    }
}
