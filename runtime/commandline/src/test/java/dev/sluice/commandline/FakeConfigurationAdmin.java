package dev.sluice.commandline;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Dictionary;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** Hands configurations to a {@link FakeRuntime} and keeps them. */
final class FakeConfigurationAdmin {
    final List<Map<String, Object>> made = new ArrayList<>();
    final List<Map<String, Object>> deleted = new ArrayList<>();
    private final FakeRuntime runtime;

    FakeConfigurationAdmin(FakeRuntime runtime) {
        this.runtime = runtime;
    }

    ConfigurationAdmin service() {
        return proxy(ConfigurationAdmin.class, (method, arguments) -> {
            if (method.equals("getFactoryConfiguration")) {
                return configuration((String) arguments[0]);
            }
            throw new UnsupportedOperationException(method);
        });
    }

    private Configuration configuration(String factory) {
        Map<String, Object> properties = new LinkedHashMap<>();
        return proxy(Configuration.class, (method, arguments) -> {
            switch (method) {
                case "update" -> {
                    Dictionary<?, ?> given = (Dictionary<?, ?>) arguments[0];
                    properties.clear();
                    Collections.list(given.keys()).forEach(key -> properties.put((String) key, given.get(key)));
                    made.add(new LinkedHashMap<>(properties));
                    runtime.configured(factory, properties);
                }
                case "delete" -> deleted.add(properties);
                default -> throw new UnsupportedOperationException(method);
            }
            return null;
        });
    }

    private static <T> T proxy(Class<T> type, Answer answer) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                (self, method, arguments) -> answer.to(method.getName(), arguments)));
    }

    /** What a method does. */
    private interface Answer {
        Object to(String method, Object[] arguments);
    }
}
