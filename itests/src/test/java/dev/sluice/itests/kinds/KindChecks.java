package dev.sluice.itests.kinds;

import dev.sluice.itests.harness.TimedChannel;
import dev.sluice.itests.harness.Wire;
import java.lang.management.ManagementFactory;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;

/** What single kinds promise beside the bytes of the disk. */
final class KindChecks {
    private KindChecks() {
    }

    static void readOnlyWhileTheFileIsThere(Scene scene) throws Exception {
        Path file = Files.createFile(scene.directory().resolve("readonly"));
        Scene.same("a write while the file is there", Wire.EPERM, scene.errorOfWrite(3L * Wire.MIB, (byte) 1));
        Files.delete(file);
        Scene.same("a write without the file", 0, scene.errorOfWrite(3L * Wire.MIB, (byte) 1));
    }

    static void theLastMegabyteIsProtected(Scene scene) throws Exception {
        Scene.same("a write to it", Wire.EPERM, scene.errorOfWrite(3L * Wire.MIB, (byte) 1));
        Scene.same("a write of what is there", 0, scene.errorOfWrite(3L * Wire.MIB, (byte) 0));
        Scene.same("a write before it", 0, scene.errorOfWrite(3L * Wire.MIB - 1, (byte) 1));
    }

    /** The socket is there, and the operator is answered. */
    static void pauseAnswers(Scene scene) throws Exception {
        try (TimedChannel operator = TimedChannel.connect(UnixDomainSocketAddress.of(scene.directory().resolve("pause")))) {
            operator.write(ByteBuffer.wrap("pr".getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer answers = ByteBuffer.allocate(2);
            operator.read(answers);
            Scene.same("the answers", "PR", new String(answers.array(), StandardCharsets.US_ASCII));
        }
    }

    /** What JMX tells of reads grows and never starts again. */
    static KindCheck countsGrow() {
        AtomicLong before = new AtomicLong();
        return scene -> {
            long now = reads(scene.export());
            if (now <= before.getAndSet(now)) {
                throw new AssertionError("JMX tells of " + now + " reads after a change, and it was " + before + " before");
            }
        };
    }

    private static long reads(String export) throws Exception {
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        ObjectName any = new ObjectName("dev.sluice:type=StatsFilter,export=" + ObjectName.quote(export) + ",*");
        long sum = 0;
        for (ObjectName name : beans.queryNames(any, null)) {
            for (CompositeData operation : (CompositeData[]) beans.getAttribute(name, "Operations")) {
                if (operation.get("operation").equals("read")) {
                    sum += (Long) operation.get("requests");
                }
            }
        }
        return sum;
    }
}
