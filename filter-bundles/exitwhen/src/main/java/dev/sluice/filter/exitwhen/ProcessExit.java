package dev.sluice.filter.exitwhen;

import dev.sluice.api.ConfigException;
import dev.sluice.api.util.Integers;

/** A process of this machine ends. Another one that gets its number later is told apart by the time of its start. */
final class ProcessExit {
    private ProcessExit() {
    }

    /**
     * The event.
     *
     * @throws ConfigException if there is no such process
     */
    static Event of(String text) {
        long pid = Integers.parse(text);
        if (pid < 1) {
            throw new ConfigException("exitwhen: exit-when-process-exits=" + text + ": the number of a process is at least 1");
        }
        ProcessHandle process = ProcessHandle.of(pid).orElseThrow(
                () -> new ConfigException("exitwhen: exit-when-process-exits=" + text + ": there is no such process"));
        return Event.of(() -> !process.isAlive(), "process " + pid + " has ended");
    }
}
