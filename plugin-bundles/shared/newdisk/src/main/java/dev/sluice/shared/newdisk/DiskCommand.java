package dev.sluice.shared.newdisk;

import dev.sluice.api.ConfigException;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.Parameters;
import dev.sluice.shared.shell.ShellCommand;
import dev.sluice.shared.shell.ShellException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The command that makes a new disk, with the variables it gets: by default one that makes a file system. Immutable, safe for
 * use by several threads.
 */
public final class DiskCommand {
    /** Used if the operator gives none. Tells with its last line why it can't be done. */
    private static final String DEFAULT_COMMAND = """
            PATH="$PATH:/usr/sbin:/sbin"
            label_option=
            options=
            case "$type" in
              ext[234]) label_option=-L options='-q -F' ;;
              xfs) label_option=-L options='-q -f' ;;
              btrfs) label_option=-L options='-q -f' ;;
              ntfs) label_option=-L options='-q -F -Q' ;;
              jfs) label_option=-L options=-q ;;
              bcachefs|nilfs2) label_option=-L ;;
              f2fs|reiserfs|udf) label_option=-l ;;
              fat|vfat|msdos|exfat) label_option=-n ;;
            esac
            if [ -n "$label" ] && [ -z "$label_option" ]; then
              echo "type=$type: it is not known how a label is given to such a file system" >&2
              exit 1
            fi
            truncate -s "$size" "$disk" || exit 1
            mkfs -t "$type" $options ${label:+"$label_option" "$label"} "$disk" >/dev/null
            """;
    /** What a command says is of no use, but there is no reason to end it for some chatter. */
    private static final long MAX_OUTPUT = 16L << 20;
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private final String kind;
    private final String command;
    private final Duration deadline;
    private final Map<String, String> variables = new LinkedHashMap<>();

    private DiskCommand(String kind, Parameters parameters) {
        this.kind = kind;
        command = parameters.optional("command").orElse(DEFAULT_COMMAND);
        deadline = parameters.delay("command-timeout");
        variables.put("size", Long.toString(parameters.size("size")));
        variables.put("type", parameters.string("type"));
        variables.put("label", parameters.optional("label").orElse(""));
    }

    /**
     * From the parameters of a kind that has {@code size}, {@code type}, {@code label}, {@code command},
     * {@code command-timeout}, and takes any other key as a variable.
     *
     * @param own those that are no variables
     * @throws ConfigException if a variable has a name that the shell does not take
     */
    public static DiskCommand of(String kind, Parameters parameters, Set<String> own) {
        DiskCommand result = new DiskCommand(kind, parameters);
        for (Parameters.Word word : parameters.words()) {
            if (word.name().equals("disk")) {
                throw new ConfigException(kind + ": disk= can't be given: it is the file that the command makes");
            }
            if (!own.contains(word.name())) {
                if (!VARIABLE.matcher(word.name()).matches()) {
                    throw new ConfigException(kind + ": " + word.name() + "= is no parameter, and can't be a variable of the command:"
                            + " their names are letters, digits and _ only");
                }
                result.variables.put(word.name(), word.value());
            }
        }
        return result;
    }

    /**
     * Runs the command.
     *
     * @param disk a name in a directory that is nobody else's; there is no such file yet, and a regular file afterwards
     * @throws NbdException with EIO if the command fails, or makes something else
     */
    public void make(LayerContext context, Path disk) throws IOException {
        ShellCommand shell = new ShellCommand(command).directory(disk.getParent()).deadline(deadline).maxOutput(MAX_OUTPUT);
        variables.forEach(shell::variable);
        shell.variable("disk", disk.toString());
        try {
            shell.run(context);
        } catch (ShellException e) {
            throw new NbdException(NbdError.EIO, kind + ": the command that makes the disk has failed: " + e.getMessage(), e);
        }
        if (!Files.isRegularFile(disk, LinkOption.NOFOLLOW_LINKS)) {
            throw new NbdException(NbdError.EIO, kind + ": the command has ended well, but made no regular file $disk");
        }
    }
}
