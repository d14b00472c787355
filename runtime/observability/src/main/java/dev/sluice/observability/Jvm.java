package dev.sluice.observability;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.Objects;
import java.util.Optional;

/**
 * What the JVM says about itself.
 *
 * @param heap in use, in bytes, garbage included
 * @param kept of the heap when garbage was collected last, in bytes: what is no garbage, at least after a full collection
 * @param direct memory outside of the heap, in bytes
 * @param threads that live
 * @param classes that are loaded
 * @param collecting milliseconds spent so far collecting garbage
 */
record Jvm(long heap, long kept, long direct, int threads, int classes, long collecting) {
    /** Empty in a runtime without {@code java.management}. */
    static Optional<Jvm> now() {
        try {
            return Optional.of(new Jvm(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(), afterCollection(),
                    ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream().filter(b -> b.getName().equals("direct"))
                            .mapToLong(BufferPoolMXBean::getMemoryUsed).sum(),
                    ManagementFactory.getThreadMXBean().getThreadCount(),
                    ManagementFactory.getClassLoadingMXBean().getLoadedClassCount(),
                    ManagementFactory.getGarbageCollectorMXBeans().stream().mapToLong(GarbageCollectorMXBean::getCollectionTime).sum()));
        } catch (LinkageError e) {
            return Optional.empty();
        }
    }

    private static long afterCollection() {
        return ManagementFactory.getMemoryPoolMXBeans().stream().filter(p -> p.getType() == MemoryType.HEAP)
                .map(MemoryPoolMXBean::getCollectionUsage).filter(Objects::nonNull).mapToLong(MemoryUsage::getUsed).sum();
    }
}
