package dev.sluice.shell;

import dev.sluice.api.runtime.SluiceControl;
import dev.sluice.api.runtime.SluiceRuntime;
import java.time.ZoneId;
import java.util.List;
import java.util.function.BiFunction;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * The commands as Gogo finds them: a service with two properties and a method for each command. A failed command throws
 * an exception whose message is the one line for the user.
 */
@Component(service = GogoCommands.class, property = {"osgi.command.scope=nbd", "osgi.command.function=plugins",
    "osgi.command.function=filters", "osgi.command.function=list", "osgi.command.function=connections", "osgi.command.function=stats",
    "osgi.command.function=latency", "osgi.command.function=swaps", "osgi.command.function=why", "osgi.command.function=export",
    "osgi.command.function=start", "osgi.command.function=stop", "osgi.command.function=delete", "osgi.command.function=insert",
    "osgi.command.function=remove", "osgi.command.function=move", "osgi.command.function=replace", "osgi.command.function=set",
    "osgi.command.function=upgrade", "osgi.command.function=help"})
public final class GogoCommands {
    private final Commands commands;

    /** Made by Declarative Services. */
    @Activate
    public GogoCommands(@Reference(name = "runtime") SluiceRuntime runtime, @Reference(name = "control") SluiceControl control,
            @Reference(name = "admin") ConfigurationAdmin admin,
            @Reference(name = "directory", target = "(dev.sluice.directory=true)", cardinality = ReferenceCardinality.OPTIONAL,
                    policyOption = ReferencePolicyOption.GREEDY) BiFunction<String, Object, Object> directory) {
        commands = new Commands(runtime, control, new AdminStore(admin, directory), ZoneId.systemDefault());
    }

    private String run(Command command, String... words) {
        return commands.run(command, List.of(words));
    }

    /** {@code nbd:plugins}. */
    public String plugins(String... words) {
        return run(Command.PLUGINS, words);
    }

    /** {@code nbd:filters}. */
    public String filters(String... words) {
        return run(Command.FILTERS, words);
    }

    /** {@code nbd:list}. */
    public String list(String... words) {
        return run(Command.LIST, words);
    }

    /** {@code nbd:connections}. */
    public String connections(String... words) {
        return run(Command.CONNECTIONS, words);
    }

    /** {@code nbd:latency}. */
    public String latency(String... words) {
        return run(Command.LATENCY, words);
    }

    /** {@code nbd:stats}. */
    public String stats(String... words) {
        return run(Command.STATS, words);
    }

    /** {@code nbd:swaps}. */
    public String swaps(String... words) {
        return run(Command.SWAPS, words);
    }

    /** {@code nbd:why}. */
    public String why(String... words) {
        return run(Command.WHY, words);
    }

    /** {@code nbd:export}. */
    public String export(String... words) {
        return run(Command.EXPORT, words);
    }

    /** {@code nbd:start}. */
    public String start(String... words) {
        return run(Command.START, words);
    }

    /** {@code nbd:stop}. */
    public String stop(String... words) {
        return run(Command.STOP, words);
    }

    /** {@code nbd:delete}. */
    public String delete(String... words) {
        return run(Command.DELETE, words);
    }

    /** {@code nbd:insert}. */
    public String insert(String... words) {
        return run(Command.INSERT, words);
    }

    /** {@code nbd:remove}. */
    public String remove(String... words) {
        return run(Command.REMOVE, words);
    }

    /** {@code nbd:move}. */
    public String move(String... words) {
        return run(Command.MOVE, words);
    }

    /** {@code nbd:replace}. */
    public String replace(String... words) {
        return run(Command.REPLACE, words);
    }

    /** {@code nbd:set}. */
    public String set(String... words) {
        return run(Command.SET, words);
    }

    /** {@code nbd:upgrade}. */
    public String upgrade(String... words) {
        return run(Command.UPGRADE, words);
    }

    /** {@code nbd:help}. */
    public String help(String... words) {
        return run(Command.HELP, words);
    }
}
