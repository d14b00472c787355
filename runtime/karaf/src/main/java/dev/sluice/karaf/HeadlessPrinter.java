package dev.sluice.karaf;

import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.CommandSessionListener;
import org.apache.karaf.shell.api.console.Session;
import org.osgi.service.component.annotations.Component;

/**
 * Prints what commands of scope {@code nbd} answer in sessions without a prompt, as of {@code bin/client COMMAND} and
 * {@code watch}: Karaf prints answers of Gogo commands at its prompt only.
 */
@Component
public final class HeadlessPrinter implements CommandSessionListener {
    private static final String KARAF_SESSION = ".session";

    /** Made by Declarative Services. */
    public HeadlessPrinter() {
    }

    @Override
    public void beforeExecute(CommandSession session, CharSequence command) {
        // only answers are of interest
    }

    @Override
    public void afterExecute(CommandSession session, CharSequence command, Exception failure) {
        // Karaf prints it everywhere
    }

    @Override
    public void afterExecute(CommandSession session, CharSequence command, Object result) {
        if (result instanceof String text && !text.isEmpty() && command.toString().strip().startsWith(NbdCompleter.SCOPE + ":")
                && session.get(KARAF_SESSION) instanceof Session karaf && karaf.getHistory() == null) {
            session.getConsole().println(text);
        }
    }
}
