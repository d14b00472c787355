package dev.sluice.api.util;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.NbdDevice;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ForwardingDeviceTest {
    /** Parts of a write would go past the write() that a filter overrides. */
    private static final Set<String> NOT_FORWARDED = Set.of("prepare", "finish", "close", "release", "adopt",
            "writesInParts", "destination");

    @Test
    void everyMethodIsOverriddenSoThatNoDefaultHidesTheNextLayer() {
        for (Method m : NbdDevice.class.getMethods()) {
            if (!Modifier.isStatic(m.getModifiers()) && !NOT_FORWARDED.contains(m.getName())) {
                assertDoesNotThrow(() -> ForwardingDevice.class.getDeclaredMethod(m.getName(), m.getParameterTypes()),
                        () -> "not delegated: " + m);
            }
        }
    }

    @Test
    void everyMethodArrivesAtTheNextDevice() throws Exception {
        List<String> arrived = new ArrayList<>();
        NbdDevice next = (NbdDevice) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {NbdDevice.class},
                (proxy, method, args) -> {
                    arrived.add(method.getName());
                    return null;
                });
        ForwardingDevice device = new ForwardingDevice(next);
        for (Method m : NbdDevice.class.getMethods()) {
            if (!Modifier.isStatic(m.getModifiers()) && !NOT_FORWARDED.contains(m.getName())) {
                Object[] args = new Object[m.getParameterCount()];
                for (int i = 0; i < args.length; i++) {
                    Class<?> type = m.getParameterTypes()[i];
                    args[i] = type == long.class ? (Object) 0L : type == int.class ? (Object) 0 : null;
                }
                m.invoke(device, args);
                assertTrue(arrived.contains(m.getName()), () -> "did not arrive: " + m);
            }
        }
    }
}
