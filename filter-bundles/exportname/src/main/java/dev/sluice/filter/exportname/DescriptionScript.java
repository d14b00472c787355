package dev.sluice.filter.exportname;

import dev.sluice.api.Cancellation;
import dev.sluice.api.NbdException;
import dev.sluice.api.util.Failures;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** Runs a shell script whose output describes an export. Safe for use by several threads. */
final class DescriptionScript {
    private static final System.Logger LOG = System.getLogger("dev.sluice.filter.exportname");
    private static final int SECONDS = 60;
    private static final int PERIOD_MILLIS = 10;

    private final String script;
    private final int most;
    private volatile boolean failing;

    /**
     * Not run yet.
     *
     * @param most how much of the output is used, in bytes
     */
    DescriptionScript(String script, int most) {
        this.script = script;
        this.most = most;
    }

    /**
     * Waits until the script has ended; it is killed when the layer must stop, or after a minute. A script that fails
     * describes nothing, and the first failure is logged.
     *
     * @throws NbdException the layer must stop
     */
    String run(String name, Cancellation cancellation) throws NbdException {
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", script)
                .redirectInput(new File("/dev/null"))
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("name", name);
        try {
            Process process = builder.start();
            try {
                String text = output(process, cancellation);
                failing = false;
                return text;
            } finally {
                process.destroyForcibly();
            }
        } catch (NbdException e) {
            throw e;
        } catch (IOException e) {
            failed(name, Failures.reason(e));
        } catch (InterruptedException e) {
            // the core never interrupts; whoever did so wants the thread back
            Thread.currentThread().interrupt();
            failed(name, "interrupted");
        }
        return "";
    }

    /** Never blocks on the output alone: something that the script has left running may hold it open for ever. */
    private String output(Process process, Cancellation cancellation) throws IOException, InterruptedException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        InputStream in = process.getInputStream();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        boolean ended = false;
        while (!ended) {
            cancellation.check();
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("it runs for more than " + SECONDS + " seconds");
            }
            // asked before the output is taken, so that nothing written before the end is missed
            ended = process.waitFor(PERIOD_MILLIS, TimeUnit.MILLISECONDS);
            take(in, text);
        }
        if (process.exitValue() != 0) {
            throw new IOException("it ended with status " + process.exitValue());
        }
        String all = decoded(text.toByteArray());
        return all.endsWith("\n") ? all.substring(0, all.length() - 1) : all;
    }

    private void take(InputStream in, ByteArrayOutputStream text) throws IOException {
        for (int ready = in.available(); ready > 0; ready = in.available()) {
            byte[] bytes = in.readNBytes(Math.min(ready, most));
            text.write(bytes, 0, Math.min(bytes.length, most - text.size()));
        }
    }

    /** Without the beginning of a character whose end was cut off. */
    private String decoded(byte[] bytes) {
        int length = bytes.length;
        if (length == most) {
            int lead = length - 1;
            while (lead > 0 && (bytes[lead] & 0xc0) == 0x80) {
                lead--;
            }
            int needed = (bytes[lead] & 0xe0) == 0xc0 ? 2 : (bytes[lead] & 0xf0) == 0xe0 ? 3 : (bytes[lead] & 0xf8) == 0xf0 ? 4 : 1;
            length = lead + needed > length ? lead : length;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    private void failed(String name, String why) {
        if (!failing) {
            LOG.log(System.Logger.Level.WARNING, "exportname: exportdesc=script: failed for export '" + name + "': " + why);
        }
        failing = true;
    }
}
