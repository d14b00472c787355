package dev.sluice.plugin.java;

import dev.sluice.api.ConfigException;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.Parameters;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.Arrays;

/** Makes an object of the class in a source file. */
final class Instances {
    private Instances() {
    }

    /**
     * A plugin: an object of the class, or one that serves the device that the class is.
     *
     * @throws ConfigException names the file and the class
     */
    static NbdPlugin make(Path file, Class<?> type, Parameters parameters) {
        try {
            if (NbdPlugin.class.isAssignableFrom(type)) {
                return (NbdPlugin) constructor(type).newInstance();
            }
            Constructor<?> withParameters = find(type, Parameters.class);
            Object device = withParameters != null ? withParameters.newInstance(parameters) : constructor(type).newInstance();
            return new OneDevice((NbdDevice) device);
        } catch (NoSuchMethodException e) {
            boolean device = !NbdPlugin.class.isAssignableFrom(type);
            throw new ConfigException(file.getFileName() + ": class " + type.getName() + " needs a constructor without arguments"
                    + (device ? ", or with one of type Parameters" : ""), e);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof ConfigException c) {
                throw c;
            }
            throw failed(file, type, e.getCause());
        } catch (ReflectiveOperationException | LinkageError e) {
            throw failed(file, type, e);
        }
    }

    private static ConfigException failed(Path file, Class<?> type, Throwable why) {
        return new ConfigException(file.getFileName() + ": no object of class " + type.getName() + " can be made: " + why, why);
    }

    private static Constructor<?> constructor(Class<?> type) throws NoSuchMethodException {
        Constructor<?> found = find(type);
        if (found == null) {
            throw new NoSuchMethodException(type.getName());
        }
        return found;
    }

    /** Null without; it need not be public, since who writes one file thinks of no other class. */
    private static Constructor<?> find(Class<?> type, Class<?>... arguments) {
        for (Constructor<?> c : type.getDeclaredConstructors()) {
            if (Arrays.equals(c.getParameterTypes(), arguments)) {
                c.setAccessible(true);
                return c;
            }
        }
        return null;
    }
}
