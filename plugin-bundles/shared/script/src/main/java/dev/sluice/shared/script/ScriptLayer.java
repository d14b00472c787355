package dev.sluice.shared.script;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.ConfigException;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.HandOver;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameters;
import dev.sluice.api.ThreadModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A plugin whose calls are scripts; a subclass says which script answers what. All calls are made from
 * {@link #ready} on, where a hanging one can be stopped.
 *
 * <p>In a change of code the successor starts in a {@code $tmpdir} of its own, which shows whether it works. Then it
 * takes over the one of its predecessor and, if its scripts and words are the same, the open handles, as if nothing had
 * happened; otherwise it starts once more in the directory that it took over.
 */
public abstract class ScriptLayer implements NbdPlugin {
    private static final System.Logger LOG = System.getLogger("dev.sluice.script");
    private static final String FORMAT = "dev.sluice.script";
    private static final int VERSION = 1;
    private static final int MAX_NAME = 4096;

    private final Scripts scripts = new Scripts();
    /** Handles of the open devices: the API asks for descriptions by name, the protocol by handle. */
    private final Map<Opened, String> handles = new ConcurrentHashMap<>();
    private LayerContext context;
    private Caller caller;
    private Path privateDirectory;
    private ThreadModel model = ThreadModel.SERIALIZE_ALL_REQUESTS;
    private String fingerprint = "";
    /** The script was told to load and will be told to unload. */
    private boolean loaded;

    private record Opened(long connection, String export) {
    }

    /** For subclasses. */
    protected ScriptLayer() {
        // everything is set up in ready
    }

    /** Where the scripts run. */
    protected abstract Path workingDirectory();

    /** @throws ConfigException if no script can run there */
    protected static void checkDirectory(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new ConfigException("scripts can't run in " + directory + ", where relative file names of this export start: it is no"
                    + " directory");
        }
    }

    /** Says which scripts there are; texts are written to files of this directory. */
    protected abstract void define(Scripts target, Path directory) throws IOException;

    /** The words for the {@code config} method, in order; asked after {@code load}. */
    protected abstract List<Parameters.Word> words() throws IOException;

    /** A text that differs if scripts or words do. */
    protected abstract String fingerprint() throws IOException;

    /** Whether scripts are told to load, before anything else. */
    protected boolean hasLoad() {
        return true;
    }

    /** What is said about a word that the script does not take. */
    protected abstract String refusal(Parameters.Word word);

    @Override
    public void ready(LayerContext layerContext) throws Exception {
        context = layerContext;
        privateDirectory = Directories.make(context.temporaryDirectory(), "sluice-run-");
        define(scripts, privateDirectory);
        fingerprint = fingerprint();
        Path tmpdir = Directories.make(context.temporaryDirectory(), "sluice-tmpdir-");
        caller = new Caller(scripts, context, workingDirectory(), privateDirectory, tmpdir);
        begin();
    }

    /** The beginning of a script's life, up to the first client. */
    private void begin() {
        try {
            loaded = true;
            if (hasLoad()) {
                caller.call("load");
            }
            for (Parameters.Word word : words()) {
                if (caller.call("config", word.name(), word.value()).isMissing()) {
                    throw new ConfigException(refusal(word));
                }
            }
            caller.call("config_complete");
            Answer answer = caller.call("thread_model");
            model = answer.isMissing() ? ThreadModel.SERIALIZE_ALL_REQUESTS : Texts.threadModel(answer.text());
            caller.call("get_ready");
            caller.call("after_fork");
        } catch (IOException e) {
            throw new ConfigException(e.getMessage(), e);
        }
    }

    /** The key of bare words, if the script has one. */
    protected Optional<String> magicKey() throws IOException {
        Answer answer = caller.call("magic_config_key");
        return answer.isMissing() || answer.text().isEmpty() ? Optional.empty() : Optional.of(answer.text());
    }

    Caller caller() {
        return caller;
    }

    Scripts scripts() {
        return scripts;
    }

    /** Of the scripts and words that are in use. */
    String currentFingerprint() {
        return fingerprint;
    }

    LayerContext context() {
        return context;
    }

    void opened(OpenRequest request, String handle) {
        handles.put(new Opened(request.client().connection(), request.exportName()), handle);
    }

    void closed(OpenRequest request) {
        handles.remove(new Opened(request.client().connection(), request.exportName()));
    }

    @Override
    public ThreadModel threadModel() {
        return model;
    }

    /** Two of them would use the same things twice: files that the script knows by name, a socket. */
    @Override
    public boolean exclusive() {
        return true;
    }

    @Override
    public void preconnect(ClientInfo client) throws Exception {
        caller.call(client, Stop.on(context.cancellation()), "preconnect", String.valueOf(client.readOnly()));
    }

    @Override
    public List<ExportInfo> exports(ClientInfo client) throws IOException {
        Answer answer = caller.call(client, Stop.on(context.cancellation()), "list_exports", String.valueOf(client.readOnly()),
                String.valueOf(client.tls()));
        return answer.isMissing() ? NbdPlugin.super.exports(client) : Texts.exports(answer.text());
    }

    @Override
    public String defaultExport(ClientInfo client) throws IOException {
        Answer answer = caller.call(client, Stop.on(context.cancellation()), "default_export", String.valueOf(client.readOnly()),
                String.valueOf(client.tls()));
        String name = answer.text();
        if (name.length() > MAX_NAME) {
            throw new NbdException(NbdError.EIO, "default_export gave a name of " + name.length() + " characters; at most "
                    + MAX_NAME + " bytes are possible");
        }
        return name;
    }

    @Override
    public String description(OpenRequest request) throws IOException {
        if (scripts.command("export_description").isEmpty()) {
            return "";
        }
        String handle = handles.get(new Opened(request.client().connection(), request.exportName()));
        if (handle != null) {
            return describe(request, handle);
        }
        ScriptDevice asking = new ScriptDevice(this, request);
        try {
            return describe(request, asking.openHandle());
        } finally {
            asking.close();
        }
    }

    private String describe(OpenRequest request, String handle) throws IOException {
        return caller.call(request.client(), Stop.on(request.cancellation()), "export_description", handle).text();
    }

    @Override
    public NbdDevice open(OpenRequest request) throws IOException {
        return new ScriptDevice(this, request);
    }

    @Override
    public Optional<HandOver> release() {
        loaded = false;
        return Optional.of(new HandOver(FORMAT, VERSION, Map.of("tmpdir", caller.tmpdir().toString(), "fingerprint", fingerprint)));
    }

    @Override
    public void adopt(HandOver state) throws Exception {
        if (!state.format().equals(FORMAT) || state.version() != VERSION) {
            NbdPlugin.super.adopt(state);
        }
        Path theirs = Path.of((String) state.state().get("tmpdir"));
        boolean same = fingerprint.equals(state.state().get("fingerprint"));
        if (!theirs.equals(caller.tmpdir())) {
            unload();
            caller.tmpdir(theirs);
        }
        if (same) {
            loaded = true;
        } else {
            begin();
        }
    }

    /** The end of the script's life: what it left in its directory goes. */
    private void unload() throws IOException {
        Path tmpdir = caller.tmpdir();
        try {
            caller.call(null, Stop.soon(context.clock(), "unload"), "unload");
        } finally {
            loaded = false;
            Directories.delete(tmpdir);
        }
    }

    @Override
    public void close() throws Exception {
        try {
            if (loaded && caller != null) {
                unload();
            }
        } catch (NbdException e) {
            LOG.log(System.Logger.Level.WARNING, e.getMessage());
        } finally {
            Directories.delete(privateDirectory);
        }
    }
}
