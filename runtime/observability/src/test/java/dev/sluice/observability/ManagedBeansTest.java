package dev.sluice.observability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.runtime.ExportState;
import java.lang.management.ManagementFactory;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.management.Attribute;
import javax.management.AttributeNotFoundException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ManagedBeansTest {
    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    private final FakeRuntime runtime = new FakeRuntime().export("disk", ExportState.ACTIVE, "").listener("l", true, "").connection(7);
    private ManagedBeans beans = new ManagedBeans(new Snapshot(runtime), 2);

    @AfterEach
    void nothingIsLeft() throws Exception {
        beans.close();
        assertEquals(Set.of(), names());
    }

    private Set<String> names() throws Exception {
        return server.queryNames(new ObjectName("dev.sluice:*"), null).stream().map(n -> n.getKeyPropertyListString())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** With a snapshot that is not some milliseconds old. */
    private void update() {
        beans.close();
        beans = new ManagedBeans(new Snapshot(runtime), 2);
        beans.update();
    }

    @Test
    void thereIsOneOfEach() throws Exception {
        beans.update();
        beans.update();
        assertEquals(Set.of("type=Connection,id=7", "type=Export,name=\"disk\"", "type=Layer,export=\"disk\",position=0,name=\"memory\"",
                "type=Listener,name=\"l\"", "type=Server"), names());
    }

    @Test
    void theirNumberIsBounded() throws Exception {
        for (int i = 100; i < 200; i++) {
            runtime.connection(i);
        }
        update();
        assertEquals(2, names().stream().filter(n -> n.startsWith("type=Connection")).count());
    }

    @Test
    void whatHasGoneIsUnregistered() throws Exception {
        Snapshot old = new Snapshot(runtime);
        beans = new ManagedBeans(old, 2);
        beans.update();
        runtime.connections.clear();
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (names().contains("type=Connection,id=7") && System.nanoTime() < deadline) {
            beans.update();
        }
        assertFalse(names().contains("type=Connection,id=7"));
    }

    @Test
    void attributesHaveTheNumbers() throws Exception {
        beans.update();
        ObjectName export = new ObjectName("dev.sluice:type=Export,name=\"disk\"");
        assertEquals("ACTIVE", server.getAttribute(export, "State"));
        assertEquals(4L, server.getAttribute(export, "Requests"));
        assertEquals(3L, server.getAttribute(export, "ReadRequests"));
        assertEquals(4096L, server.getAttribute(export, "ReadBytes"));
        assertEquals(2.048, server.getAttribute(export, "ReadP50Micros"));
        assertEquals(3L, server.getAttribute(export, "Swaps"));
        ObjectName layer = new ObjectName("dev.sluice:type=Layer,export=\"disk\",position=0,name=\"memory\"");
        assertEquals("memory 1M password=***", server.getAttribute(layer, "Line"));
        assertEquals(1.024, server.getAttribute(layer, "SampledMaxMicros"));
        assertEquals(1, server.getAttributes(export, new String[] {"Requests", "none"}).size());
    }

    @Test
    void everyAttributeCanBeReadAndNoneWritten() throws Exception {
        beans.update();
        for (ObjectName name : server.queryNames(new ObjectName("dev.sluice:*"), null)) {
            for (MBeanAttributeInfo a : server.getMBeanInfo(name).getAttributes()) {
                assertTrue(server.getAttribute(name, a.getName()) != null, name + " " + a.getName());
                assertThrows(AttributeNotFoundException.class, () -> server.setAttribute(name, new Attribute(a.getName(), 1L)));
            }
        }
    }
}
