package dev.sluice.filter.multiconn;

import dev.sluice.api.ConfigException;
import dev.sluice.api.FilterName;
import dev.sluice.api.HandOver;
import dev.sluice.api.Help;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import dev.sluice.api.ThreadModel;
import dev.sluice.shared.requestlock.OneAtATime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/**
 * Makes a flush on one connection cover all others, for layers that can't do that themselves; or hides or pretends that it
 * does. Marks are not handed over in a swap: the devices of the successor assume that everything is dirty.
 */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("multi-conn")
@Help("makes flushes cover all connections")
@Parameter(name = "multi-conn-mode", choices = {"auto", "emulate", "plugin", "disable", "unsafe"}, defaultValue = "auto",
        help = "what clients are told, and what is done for it")
@Parameter(name = "multi-conn-track-dirty", choices = {"fast", "connection", "off"}, defaultValue = "connection",
        help = "how flushes are found that would do nothing")
@Parameter(name = "multi-conn-exportname", type = ParameterType.BOOLEAN, defaultValue = "false",
        help = "connections to other export names have data of their own and are left alone")
public class MultiConnFilter implements NbdFilter {
    static final String FORMAT = "dev.sluice.filter.multi-conn";
    static final int VERSION = 1;

    /** So that names of exports whose last client could not be flushed can't fill the memory. */
    private static final int MOST_GROUPS = 10_000;

    private final Map<String, Group> groups = new HashMap<>();
    private Mode mode;
    private Tracking tracking;
    private boolean byName;

    @Override
    public void configure(Parameters parameters) {
        mode = Mode.of(parameters.string("multi-conn-mode"));
        tracking = Tracking.of(parameters.string("multi-conn-track-dirty"));
        byName = parameters.bool("multi-conn-exportname");
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        // with one connection at a time there is nobody else to flush, and nobody is told that there is multi-conn
        Mode here = mode == Mode.AUTO && request.threadModel() == ThreadModel.SERIALIZE_CONNECTIONS ? Mode.DISABLE : mode;
        NbdDevice behind = new OneAtATime(next.open(request), request);
        return new MultiConnDevice(behind, this, byName ? request.exportName() : "", new Member(behind, request.cancellation()), here);
    }

    Group join(String name, Member member) {
        synchronized (groups) {
            Group group = groups.computeIfAbsent(name, n -> new Group(tracking));
            group.join(member);
            return group;
        }
    }

    void leave(String name, Member member, boolean flush) throws IOException {
        Group group;
        synchronized (groups) {
            group = groups.get(name);
        }
        try {
            group.leave(member, flush);
        } finally {
            synchronized (groups) {
                if (group.isEmpty() && (!group.hasLost() || groups.size() > MOST_GROUPS)) {
                    groups.remove(name, group);
                }
            }
        }
    }

    /** Only what no successor could find out: that somebody has left without a flush. */
    @Override
    public Optional<HandOver> release() {
        List<String> lost = new ArrayList<>();
        synchronized (groups) {
            groups.forEach((name, group) -> {
                if (group.hasLost()) {
                    lost.add(name);
                }
            });
        }
        return lost.isEmpty() ? Optional.empty() : Optional.of(new HandOver(FORMAT, VERSION, Map.of("lost", List.copyOf(lost))));
    }

    @Override
    public void adopt(HandOver state) {
        check(state);
        if (state.state().get("lost") instanceof List<?> lost) {
            synchronized (groups) {
                for (Object name : lost) {
                    groups.computeIfAbsent(byName ? (String) name : "", n -> new Group(tracking)).markLost();
                }
            }
        }
    }

    static void check(HandOver state) {
        if (!state.format().equals(FORMAT) || state.version() != VERSION) {
            throw new ConfigException("multi-conn: can't take over state of format '" + state.format() + "' version " + state.version());
        }
    }
}
