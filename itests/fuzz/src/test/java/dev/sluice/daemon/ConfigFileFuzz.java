package dev.sluice.daemon;

import dev.sluice.api.ConfigException;
import dev.sluice.fuzz.Check;
import dev.sluice.fuzz.FuzzTarget;
import dev.sluice.fuzz.Text;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** Files in {@code etc/}: the first line is the name of the file, the rest what it holds. */
public final class ConfigFileFuzz implements FuzzTarget {
    private static final Path DIRECTORY = Path.of("/srv/sluice");

    @Override
    public void test(byte[] input) {
        String text = Text.of(input);
        int end = text.indexOf('\n');
        String fileName = end < 0 ? "dev.sluice.export~x.json" : text.substring(0, end);
        try {
            String pid = ConfigFile.pid(fileName);
            Check.same(fileName, pid + ConfigFile.SUFFIX, "the name of the file");
            Map<String, Object> properties = ConfigFile.read(pid, text.substring(end + 1), DIRECTORY);
            String written = ConfigFile.write(pid, properties, DIRECTORY);
            Map<String, Object> again = ConfigFile.read(pid, written, DIRECTORY);
            String twice = ConfigFile.write(pid, again, DIRECTORY);
            Check.same(written, twice, "what is written is not what was read");
            for (Map.Entry<String, Object> e : properties.entrySet()) {
                boolean kept = !e.getKey().startsWith("service.") && !e.getKey().startsWith("felix.");
                if (kept && again.containsKey(e.getKey())) {
                    Check.that(equal(e.getValue(), again.get(e.getKey())), () -> "the value of " + e.getKey() + " was changed");
                }
            }
        } catch (ConfigException e) {
            Check.oneLine(e.getMessage());
        }
    }

    private static boolean equal(Object one, Object other) {
        return one instanceof Object[] array ? other instanceof Object[] o && Arrays.equals(array, o) : one.equals(other);
    }
}
