package dev.sluice.karaf;

import java.util.List;
import java.util.function.Function;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Gives Karaf's shell the completion while both it and the commands of scope {@code nbd} are there. */
@Component(service = { }, immediate = true)
public final class Registration {
    private final SessionFactory shell;
    private final CompletionCommand command;

    /** Made by Declarative Services. */
    @Activate
    public Registration(@Reference(name = "shell") SessionFactory shell,
            @Reference(name = "completion", target = "(dev.sluice.completion=true)") Function<List<String>, List<String>> choices) {
        this.shell = shell;
        command = new CompletionCommand(choices);
        shell.getRegistry().register(command);
    }

    /** Called by Declarative Services. */
    @Deactivate
    void leave() {
        shell.getRegistry().unregister(command);
    }
}
