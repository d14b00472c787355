package dev.sluice.commandline;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** What options change of the process itself. Used by one thread. */
final class ProcessState {
    private static final System.Logger LOG = System.getLogger(ProcessState.class.getName());
    private static final int STDOUT = 1;
    private static final int STDERR = 2;

    private final SystemCalls calls;
    private final Identity identity;
    private final ErrorLog log;
    private final LockedMemory lockedMemory;

    ProcessState(SystemCalls calls, Identity identity, ErrorLog log, LockedMemory lockedMemory) {
        this.calls = calls;
        this.identity = identity;
        this.log = log;
        this.lockedMemory = lockedMemory;
    }

    /** Runs the action as soon as the process that started this one has ended; also if it has already. */
    void whenParentEnds(long parent, Runnable action) {
        Optional<ProcessHandle> handle = ProcessHandle.of(parent);
        if (handle.isEmpty()) {
            action.run();
        } else {
            handle.get().onExit().thenRun(action);
        }
    }

    /**
     * {@code --swap}.
     *
     * @throws UsageException if the system refuses, mostly for want of privileges
     */
    void lockMemory() throws UsageException {
        lockedMemory.check(identity.changes());
        try {
            calls.lockMemory();
        } catch (IOException e) {
            throw UsageException.of("--swap: " + e.getMessage());
        }
    }

    /**
     * {@code -u} and {@code -g}.
     *
     * @param own files of this process, which go to the user
     * @throws UsageException if the system refuses
     */
    void becomeUser(Path own) throws UsageException {
        if (identity.changes()) {
            identity.take(own);
        }
    }

    /** Does something that makes the JDK replace standard output and error, as taking an inherited socket does. */
    void keepingOutput(Action action) throws UsageException, IOException {
        int out = calls.duplicate(STDOUT);
        int err = calls.duplicate(STDERR);
        try {
            action.run();
        } finally {
            calls.moveTo(out, STDOUT);
            calls.moveTo(err, STDERR);
        }
    }

    /** The server is about to be alone: errors need another place than the terminal. */
    void leaveTerminal(Launcher launcher) {
        if (launcher.isBackground()) {
            log.inBackground().ifPresent(launcher::log);
        }
    }

    /** For those who asked for debug messages. */
    void debug(String text) {
        LOG.log(System.Logger.Level.DEBUG, text);
    }

    /** What may fail. */
    interface Action {
        void run() throws UsageException, IOException;
    }
}
