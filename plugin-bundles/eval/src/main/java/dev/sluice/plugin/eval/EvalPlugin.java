package dev.sluice.plugin.eval;

import dev.sluice.api.Help;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.OpenParameters;
import dev.sluice.api.Parameter;
import dev.sluice.api.Parameters;
import dev.sluice.api.PluginName;
import dev.sluice.shared.script.ScriptLayer;
import dev.sluice.shared.script.Scripts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Each call has a script of its own, given on the command line. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdPlugin.class)
@PluginName("eval")
@Help("scripts on the command line, one for each call")
@OpenParameters
@Parameter(name = "after_fork", help = "script: the last step before clients come")
@Parameter(name = "block_size", help = "script: prints minimum, preferred and maximum block size")
@Parameter(name = "cache", help = "script: bytes will be read soon")
@Parameter(name = "can_cache", help = "script: prints none, emulate or native")
@Parameter(name = "can_extents", help = "script: whether extents works (without: whether there is one)")
@Parameter(name = "can_fast_zero", help = "script: whether zero can refuse what is not fast")
@Parameter(name = "can_flush", help = "script: whether flush works (without: whether there is one)")
@Parameter(name = "can_fua", help = "script: prints none, emulate or native")
@Parameter(name = "can_multi_conn", help = "script: whether a flush covers all connections")
@Parameter(name = "can_trim", help = "script: whether trim works (without: whether there is one)")
@Parameter(name = "can_write", help = "script: whether pwrite works (without: whether there is one)")
@Parameter(name = "can_zero", help = "script: whether zero works (without: whether there is one)")
@Parameter(name = "close", help = "script: a client has gone")
@Parameter(name = "config", help = "script: takes a word whose key is none of these")
@Parameter(name = "config_complete", help = "script: all words were given")
@Parameter(name = "default_export", help = "script: prints the name that stands for the empty one")
@Parameter(name = "dump_plugin", help = "script: accepted and never called")
@Parameter(name = "export_description", help = "script: prints a description of the export")
@Parameter(name = "extents", help = "script: prints offset, length and type of holes and data")
@Parameter(name = "flush", help = "script: makes what was written safe")
@Parameter(name = "get_ready", help = "script: a step before clients come")
@Parameter(name = "get_size", help = "script: prints the size of the disk")
@Parameter(name = "is_rotational", help = "script: whether the disk has seek times")
@Parameter(name = "list_exports", help = "script: prints the names of the exports")
@Parameter(name = "missing", defaultValue = "exit 2", help = "script for all methods that have none")
@Parameter(name = "open", help = "script: a client has come; prints its handle")
@Parameter(name = "pread", help = "script: prints the bytes of a range")
@Parameter(name = "preconnect", help = "script: whether a client may come")
@Parameter(name = "pwrite", help = "script: takes the bytes of a range on standard input")
@Parameter(name = "thread_model", help = "script: prints how many calls there may be at once")
@Parameter(name = "trim", help = "script: a range is not needed any more")
@Parameter(name = "unload", help = "script: the end")
@Parameter(name = "zero", help = "script: makes a range read as zero")
public class EvalPlugin extends ScriptLayer {
    private static final Set<String> METHODS = Set.of("after_fork", "block_size", "cache", "can_cache", "can_extents", "can_fast_zero",
            "can_flush", "can_fua", "can_multi_conn", "can_trim", "can_write", "can_zero", "close", "config", "config_complete",
            "default_export", "dump_plugin", "export_description", "extents", "flush", "get_ready", "get_size", "is_rotational",
            "list_exports", "open", "pread", "preconnect", "pwrite", "thread_model", "trim", "unload", "zero");

    private final Map<String, String> methods = new LinkedHashMap<>();
    private final List<Parameters.Word> others = new ArrayList<>();
    /** Null without: then nothing has to be run to find out that a method is missing. */
    private String missing;
    private Path directory;

    @Override
    public void configure(Parameters parameters) {
        directory = parameters.directory();
        checkDirectory(directory);
        for (Parameters.Word word : parameters.words()) {
            if (METHODS.contains(word.name())) {
                methods.put(word.name(), word.value());
            } else if (word.name().equals("missing")) {
                missing = word.value();
            } else {
                others.add(word);
            }
        }
    }

    @Override
    protected Path workingDirectory() {
        return directory;
    }

    @Override
    protected void define(Scripts target, Path files) {
        methods.forEach((method, script) -> target.method(files, method, script));
        if (missing != null) {
            target.missing(files, missing);
        }
    }

    @Override
    protected List<Parameters.Word> words() {
        return others;
    }

    @Override
    protected String fingerprint() {
        return directory + " " + methods + " " + missing + " " + others;
    }

    /** nbdkit's has none: when it loads, the scripts are not known yet. */
    @Override
    protected boolean hasLoad() {
        return false;
    }

    @Override
    protected String refusal(Parameters.Word word) {
        return "unknown parameter '" + word.name() + "', and there is no config= script to handle it";
    }
}
