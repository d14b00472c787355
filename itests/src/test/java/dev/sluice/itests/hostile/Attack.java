package dev.sluice.itests.hostile;

import dev.sluice.itests.harness.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A process of {@link Attacker}s while it is open. */
final class Attack implements AutoCloseable {
    private final Process process;

    private Attack(Process process) {
        this.process = process;
    }

    /** Returns when each of them has tried to connect. */
    static Attack on(String address, int clients, Attacker.Sort... sorts) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m",
                "-XX:-UsePerfData", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"), Attacker.class.getName(), address,
                Integer.toString(clients)));
        Stream.of(sorts).map(Enum::name).forEach(command::add);
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        Attack attack = new Attack(process);
        try {
            String line = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII)).readLine();
            if (line == null || !line.startsWith("ready ")) {
                throw new AssertionError("the attackers said " + line);
            }
            return attack;
        } catch (IOException | AssertionError e) {
            attack.close();
            throw e;
        }
    }

    /** Time of processors that it has taken until now, in milliseconds; 0 if the system does not tell. */
    long cpuMillis() {
        return process.info().totalCpuDuration().map(Duration::toMillis).orElse(0L);
    }

    /** Fails if it has ended. */
    void goesOn() {
        if (!process.isAlive()) {
            throw new AssertionError("the attackers have ended with status " + process.exitValue());
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                throw new AssertionError("the attackers do not end\n" + Await.threads());
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
