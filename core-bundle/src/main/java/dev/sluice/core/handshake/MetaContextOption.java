package dev.sluice.core.handshake;

import dev.sluice.api.MetaContext;
import dev.sluice.core.export.OpenExport;
import dev.sluice.core.handshake.NegotiatedSession.Selected;
import dev.sluice.core.protocol.OptionCode;
import dev.sluice.core.protocol.OptionReply;
import dev.sluice.core.protocol.WireString;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * LIST_META_CONTEXT and SET_META_CONTEXT. Nothing is answered before the last query was read, so that a malformed
 * option gets an error and nothing else.
 *
 * <pre>
 *  0             4      4+n                 8+n
 *  | name length | name | number of queries | queries, each 4 bytes of length and a string |
 * </pre>
 */
final class MetaContextOption implements OptionHandler {
    private static final int QUERY_LENGTH_BYTES = 4;

    @Override
    public Outcome answer(int option, OptionPayload payload, HandshakeState state) throws IOException, OptionRefusedException {
        boolean set = option == OptionCode.SET_META_CONTEXT;
        if (set) {
            state.contexts(ContextSelection.NONE);
        }
        if (!state.options().metaContexts()) {
            throw new OptionRefusedException(OptionReply.ERR_UNSUP, "metadata contexts are switched off");
        }
        if (set && !state.structured()) {
            throw OptionRefusedException.invalid("contexts can be selected only after STRUCTURED_REPLY or EXTENDED_HEADERS");
        }
        String name = payload.string(payload.u32("the length of the export name"), "the export name");
        long queries = payload.u32("the number of queries");
        if (queries * QUERY_LENGTH_BYTES > payload.remaining()) {
            throw OptionRefusedException.invalid(queries + " queries do not fit into the "
                    + payload.remaining() + " bytes left of the option");
        }
        OpenExport export = open(name, state);
        Set<MetaContext> found = find(queries, !set, payload, AvailableContexts.of(export, state.directory()));
        ContextSelection selection = ContextSelection.of(name, found);
        for (Selected s : selection.contexts()) {
            reply(option, set ? s.id() : 0, s.context(), state.replies());
        }
        if (set) {
            state.contexts(selection);
        }
        state.replies().ack(option);
        return Outcome.NEXT;
    }

    /** Only INFO and GO may be told that an export wants TLS (NBD specification, "Mode SELECTIVETLS"). */
    private static OpenExport open(String name, HandshakeState state) throws OptionRefusedException {
        try {
            return state.exports().open(name);
        } catch (OptionRefusedException e) {
            throw e.type() == OptionReply.ERR_TLS_REQD ? new OptionRefusedException(OptionReply.ERR_UNKNOWN, e.getMessage()) : e;
        }
    }

    private static Set<MetaContext> find(long queries, boolean list, OptionPayload payload, Set<MetaContext> available)
            throws IOException, OptionRefusedException {
        Set<MetaContext> found = new LinkedHashSet<>();
        for (long i = 0; i < queries; i++) {
            String query = payload.string(payload.u32("the length of a query"), "a query");
            boolean wildcard = list && query.endsWith(":");
            for (MetaContext c : available) {
                if (c.name().equals(query) || wildcard && c.name().startsWith(query)) {
                    found.add(c);
                }
            }
        }
        payload.end();
        return list && queries == 0 ? available : found;
    }

    private static void reply(int option, int id, MetaContext context, OptionReplies replies) throws IOException {
        byte[] name = WireString.encode(context.name()).orElseThrow();
        replies.begin(option, OptionReply.META_CONTEXT, 4 + name.length).putInt(id).put(name);
    }
}
