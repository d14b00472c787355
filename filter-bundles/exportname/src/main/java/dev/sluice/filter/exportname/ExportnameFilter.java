package dev.sluice.filter.exportname;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.ConfigException;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.FilterName;
import dev.sluice.api.Help;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import dev.sluice.api.util.ForwardingDevice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Changes what clients are told of export names, and which names they may use. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("exportname")
@Help("changes which export names clients see and may use")
@Parameter(name = "default-export", aliases = "default_export",
        help = "the name that stands for the empty one; empty: as the layer behind says")
@Parameter(name = "exportname-list", aliases = "exportname_list", choices = {"keep", "error", "empty", "defaultonly", "explicit"},
        defaultValue = "keep", help = "what a client gets that asks for a list")
@Parameter(name = "exportname-strict", aliases = "exportname_strict", type = ParameterType.BOOLEAN, defaultValue = "false",
        help = "only names given with exportname= may be opened")
@Parameter(name = "exportname", repeatable = true, help = "a name for the explicit list, and one that may be opened if it is strict")
@Parameter(name = "exportdesc", defaultValue = "keep",
        help = "descriptions: keep, none, fixed:TEXT, or script:COMMAND, which finds the name in $name")
public class ExportnameFilter implements NbdFilter {
    private static final int MAX_NAME = 4096;

    private String defaultExport;
    private String list;
    private boolean strict;
    private Set<String> names;
    private Descriptions descriptions;
    private LayerContext context;

    @Override
    public void configure(Parameters parameters) {
        defaultExport = parameters.optional("default-export").orElse("");
        check("default-export", defaultExport);
        list = parameters.string("exportname-list");
        strict = parameters.bool("exportname-strict");
        names = new LinkedHashSet<>(parameters.strings("exportname"));
        names.forEach(name -> check("exportname", name));
        descriptions = Descriptions.parse(parameters.string("exportdesc"));
    }

    private static void check(String parameter, String name) {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (length > MAX_NAME) {
            throw new ConfigException("exportname: " + parameter + "=" + name.substring(0, 20) + "...: it has " + length
                    + " bytes, the protocol allows " + MAX_NAME);
        }
    }

    @Override
    public void ready(LayerContext given) {
        context = given;
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        if (strict && !names.contains(request.exportName())) {
            throw new NbdException(NbdError.EINVAL, "export '" + request.exportName() + "' is not permitted");
        }
        return new ForwardingDevice(next.open(request));
    }

    @Override
    public List<ExportInfo> exports(ClientInfo client, NextLayer next) throws IOException {
        List<ExportInfo> found = switch (list) {
            case "error" -> throw new NbdException(NbdError.EPERM, "the list of exports is not shown (exportname-list=error)");
            case "empty" -> List.of();
            case "defaultonly" -> List.of(new ExportInfo(defaultExport(client, next), ""));
            case "explicit" -> names.stream().map(name -> new ExportInfo(name, "")).toList();
            default -> next.exports(client);
        };
        List<ExportInfo> described = new ArrayList<>();
        for (ExportInfo e : found) {
            described.add(new ExportInfo(e.name(), descriptions.describe(e.name(), e.description(), context.cancellation())));
        }
        return described;
    }

    /** The client's own word is judged here: later the empty name and the name it stands for look alike. */
    @Override
    public String defaultExport(ClientInfo client, NextLayer next) throws IOException {
        if (strict && !names.contains("")) {
            throw new NbdException(NbdError.EINVAL, "the default export (\"\") is not permitted");
        }
        return defaultExport.isEmpty() ? next.defaultExport(client) : defaultExport;
    }

    @Override
    public String description(OpenRequest request, NextLayer next) throws IOException {
        String behind = descriptions.isKept() ? next.description(request) : "";
        return descriptions.describe(request.exportName(), behind, request.cancellation());
    }
}
