package dev.sluice.commandline;

import dev.sluice.api.runtime.SluiceRuntime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** The configurations that a command line becomes; the same that files or a container's console would make. */
final class Configurations {
    /** Any bundle may get it: the core is not named here. */
    private static final String ANY_LOCATION = "?";

    private final ConfigurationAdmin admin;
    private final List<Made> listeners = new ArrayList<>();

    Configurations(ConfigurationAdmin admin) {
        this.admin = admin;
    }

    /** Makes an export. */
    Made export(Map<String, Object> properties) throws IOException {
        return make(SluiceRuntime.EXPORT_PID, "export", properties);
    }

    /** Makes a listener. */
    Made listener(String name, Map<String, Object> properties) throws IOException {
        Made made = make(SluiceRuntime.LISTENER_PID, name, properties);
        listeners.add(made);
        return made;
    }

    /** No new clients. */
    void deleteListeners() throws IOException {
        for (Made listener : listeners) {
            listener.delete();
        }
    }

    private Made make(String factory, String name, Map<String, Object> properties) throws IOException {
        Configuration configuration = admin.getFactoryConfiguration(factory, name, ANY_LOCATION);
        configuration.update(new Hashtable<>(properties));
        return new Made(configuration, properties);
    }

    /** One configuration. */
    static final class Made {
        private final Configuration configuration;
        private final Map<String, Object> properties;
        private boolean deleted;

        private Made(Configuration configuration, Map<String, Object> properties) {
            this.configuration = configuration;
            this.properties = new HashMap<>(properties);
        }

        /** Takes a property back. */
        void remove(String property) throws IOException {
            properties.remove(property);
            configuration.update(new Hashtable<>(properties));
        }

        /** Takes it back; a second call does nothing. */
        void delete() throws IOException {
            if (!deleted) {
                deleted = true;
                configuration.delete();
            }
        }
    }
}
