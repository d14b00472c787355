package dev.sluice.plugin.example2;

import dev.sluice.api.ConfigException;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Help;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import dev.sluice.api.PluginName;
import dev.sluice.api.ReadReply;
import dev.sluice.api.SharedFile;
import dev.sluice.api.ThreadModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/**
 * Serves a file, read-only. It shows a parameter, a message for the operator, and what has to be opened and closed for each
 * client. (The plugin for real use is "file".)
 */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdPlugin.class)
@PluginName("example2")
@Help("example of a plugin with a parameter: a file, read-only")
@Parameter(name = "file", type = ParameterType.PATH, required = true, help = "the file to serve")
public class Example2Plugin implements NbdPlugin {
    private Path file;

    /** The path is absolute already; whether it was given at all, the core has looked. */
    @Override
    public void configure(Parameters parameters) {
        file = parameters.path("file");
    }

    /** Better now than when the first client comes. */
    @Override
    public void ready(LayerContext context) {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new ConfigException("example2: file=" + file + " is not a file that can be read");
        }
    }

    @Override
    public ThreadModel threadModel() {
        return ThreadModel.SERIALIZE_ALL_REQUESTS;
    }

    @Override
    public NbdDevice open(OpenRequest request) throws IOException {
        SharedFile opened = request.files().open(file, StandardOpenOption.READ);
        try {
            return new Example2Device(opened, opened.channel().size());
        } catch (IOException e) {
            opened.close();
            throw e;
        }
    }

    /**
     * One client's open file.
     *
     * @param file is closed with the device
     * @param size as it was at the time of opening
     */
    private record Example2Device(SharedFile file, long size) implements NbdDevice {
        @Override
        public DeviceInfo info() {
            return DeviceInfo.readOnly(size).build();
        }

        /** Says only where the bytes lie; the core sends them from there. */
        @Override
        public void read(long offset, int length, ReadReply reply) throws IOException {
            reply.file(file, offset, length);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
