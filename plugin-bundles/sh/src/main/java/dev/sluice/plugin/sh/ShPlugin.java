package dev.sluice.plugin.sh;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Help;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.OpenParameters;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import dev.sluice.api.PluginName;
import dev.sluice.api.util.Failures;
import dev.sluice.shared.script.ScriptLayer;
import dev.sluice.shared.script.Scripts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** One script or program answers all calls: it is started once for each, with the method as its first argument. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdPlugin.class)
@PluginName("sh")
@Help("a script or program that is run once for each call")
@OpenParameters
@Parameter(name = "script", type = ParameterType.PATH, magic = true, repeatable = true, required = true,
        help = "the program, or - for a script on standard input; the first one counts")
public class ShPlugin extends ScriptLayer {
    private static final int MAX_INLINE = 1 << 20;
    private static final String INLINE = "-";

    private final List<Parameters.Word> given = new ArrayList<>();
    private Path directory;
    private Path program;
    /** Null unless it came on standard input. */
    private String text;

    @Override
    public void configure(Parameters parameters) {
        directory = parameters.directory();
        List<Parameters.Word> words = new ArrayList<>(parameters.words());
        Parameters.Word script = words.stream().filter(w -> w.name().equals("script")).findFirst().orElseThrow();
        words.remove(script);
        given.addAll(words);
        checkDirectory(directory);
        if (script.value().equals(INLINE)) {
            text = standardInput();
            return;
        }
        program = parameters.paths("script").get(0).normalize();
        if (!Files.exists(program)) {
            throw new ConfigException("script=" + program + ": no such file or directory");
        }
        if (!Files.isRegularFile(program) || !Files.isExecutable(program)) {
            throw new ConfigException("script=" + program + " can't be run: it must be a file that is executable (chmod +x)");
        }
    }

    private static String standardInput() {
        try {
            InputStream in = System.in;
            byte[] bytes = in.readNBytes(MAX_INLINE + 1);
            if (bytes.length > MAX_INLINE) {
                throw new ConfigException("script=-: the script on standard input is longer than " + MAX_INLINE + " bytes");
            }
            if (bytes.length == 0) {
                throw new ConfigException("script=-: standard input is empty or was read already;"
                        + " for a change under way the script must be in a file");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new ConfigException("script=-: standard input can't be read: " + Failures.reason(e), e);
        }
    }

    @Override
    protected Path workingDirectory() {
        return directory;
    }

    @Override
    protected void define(Scripts target, Path files) {
        if (text == null) {
            target.program(program);
        } else {
            target.text(files, text);
        }
    }

    /** A second bare word belongs to the key that the script names; the API gives it the key of the first. */
    @Override
    protected List<Parameters.Word> words() throws IOException {
        List<Parameters.Word> words = new ArrayList<>();
        String magic = null;
        for (Parameters.Word word : given) {
            if (!word.name().equals("script")) {
                words.add(word);
                continue;
            }
            if (magic == null) {
                magic = magicKey().orElseThrow(() -> new ConfigException(
                        "expecting key=value on the command line but got: " + word.value() + " (the script has no magic_config_key)"));
            }
            words.add(new Parameters.Word(magic, word.value()));
        }
        return words;
    }

    @Override
    protected String fingerprint() throws IOException {
        return directory + " " + given + " " + (text != null ? text
                : program + " " + Files.getLastModifiedTime(program) + " " + Files.size(program));
    }

    @Override
    protected String refusal(Parameters.Word word) {
        return "this script does not need command line configuration (it has no config method), but got: "
                + word.name() + "=" + word.value();
    }
}
