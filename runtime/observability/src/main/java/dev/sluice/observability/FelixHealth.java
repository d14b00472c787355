package dev.sluice.observability;

import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.function.Supplier;
import org.apache.felix.hc.api.FormattingResultLog;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/** The health checks as services for Felix, which calls them with a bound on the time. */
final class FelixHealth implements AutoCloseable {
    private final List<ServiceRegistration<?>> registrations;

    FelixHealth(BundleContext context, Snapshot snapshot) {
        registrations = List.of(register(context, "Sluice lives", "systemalive", () -> Health.alive(snapshot)),
                register(context, "Sluice serves", "systemready", () -> Health.ready(snapshot)));
    }

    private static ServiceRegistration<?> register(BundleContext context, String name, String tag, Supplier<Health> check) {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(HealthCheck.NAME, name);
        properties.put(HealthCheck.TAGS, new String[] {"sluice", tag});
        return context.registerService(HealthCheck.class, () -> result(check.get()), properties);
    }

    private static Result result(Health health) {
        FormattingResultLog log = new FormattingResultLog();
        for (String line : health.lines()) {
            // texts have no place holders: what stands in braces is the operator's
            switch (health.level()) {
                case OK -> log.info("{}", line);
                case TEMPORARY -> log.temporarilyUnavailable("{}", line);
                default -> log.critical("{}", line);
            }
        }
        return new Result(log);
    }

    @Override
    public void close() {
        registrations.forEach(ServiceRegistration::unregister);
    }
}
