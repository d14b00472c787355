package dev.sluice.plugin.java;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.HandOver;
import dev.sluice.api.Help;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.OpenParameters;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import dev.sluice.api.PluginName;
import dev.sluice.api.ThreadModel;
import dev.sluice.api.util.ParameterParser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Compiles a source file and does whatever the class in it does. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdPlugin.class)
@PluginName("java")
@Help("a plugin in one Java source file, compiled at the start")
@OpenParameters
@Parameter(name = "source", type = ParameterType.PATH, magic = true, repeatable = true, required = true,
        help = "the file, with a class that implements NbdPlugin or NbdDevice; the first one counts")
@Parameter(name = "revision", help = "any text: with another one the same file is read again")
public class JavaPlugin implements NbdPlugin {
    private static final String OURS = "revision";

    private NbdPlugin plugin;

    @Override
    public void configure(Parameters parameters) {
        Path file = parameters.paths("source").get(0).normalize();
        Class<?> type = SourceFile.compile(file).pluginClass();
        Parameters checked = ParameterParser.parse(type, file.getFileName().toString(), words(parameters),
                parameters.directory());
        NbdPlugin made = Instances.make(file, type, checked);
        // first kept: a plugin whose configure fails is closed, too
        plugin = made;
        made.configure(checked);
    }

    /** All but our own. A second bare word comes under the name of the first and is bare for the plugin. */
    private static List<String> words(Parameters parameters) {
        List<String> words = new ArrayList<>();
        boolean fileSeen = false;
        for (Parameters.Word w : parameters.words()) {
            if (!w.name().equals("source")) {
                if (!w.name().equals(OURS)) {
                    words.add(w.name() + "=" + w.value());
                }
            } else if (fileSeen) {
                words.add(w.value());
            } else {
                fileSeen = true;
            }
        }
        return words;
    }

    @Override
    public void ready(LayerContext context) throws Exception {
        plugin.ready(context);
    }

    @Override
    public ThreadModel threadModel() {
        return plugin.threadModel();
    }

    @Override
    public boolean exclusive() {
        return plugin.exclusive();
    }

    @Override
    public void preconnect(ClientInfo client) throws Exception {
        plugin.preconnect(client);
    }

    @Override
    public List<ExportInfo> exports(ClientInfo client) throws IOException {
        return plugin.exports(client);
    }

    @Override
    public String defaultExport(ClientInfo client) throws IOException {
        return plugin.defaultExport(client);
    }

    @Override
    public String description(OpenRequest request) throws IOException {
        return plugin.description(request);
    }

    @Override
    public NbdDevice open(OpenRequest request) throws IOException {
        return plugin.open(request);
    }

    @Override
    public Optional<HandOver> release() throws Exception {
        return plugin.release();
    }

    @Override
    public void adopt(HandOver state) throws Exception {
        plugin.adopt(state);
    }

    @Override
    public void close() throws Exception {
        if (plugin != null) {
            plugin.close();
        }
    }
}
