package dev.sluice.plugin.nbd;

/** Numbers of the NBD specification that a client needs. */
final class Proto {
    static final int DEFAULT_PORT = 10809;
    static final long MAGIC = 0x4e42444d41474943L;
    static final long OPTION_MAGIC = 0x49484156454F5054L;
    static final long OLDSTYLE_MAGIC = 0x0000420281861253L;
    static final long REPLY_MAGIC = 0x0003e889045565a9L;
    static final int REQUEST = 0x25609513;
    static final int SIMPLE_REPLY = 0x67446698;
    static final int STRUCTURED_REPLY = 0x668e33ef;
    static final int REQUEST_SIZE = 28;

    static final int FIXED_NEWSTYLE = 1;
    static final int NO_ZEROES = 2;
    static final int ZEROES_SIZE = 124;

    static final int OPT_EXPORT_NAME = 1;
    static final int OPT_ABORT = 2;
    static final int OPT_LIST = 3;
    static final int OPT_INFO = 6;
    static final int OPT_GO = 7;
    static final int OPT_STRUCTURED_REPLY = 8;
    static final int OPT_SET_META_CONTEXT = 10;

    static final int REP_ACK = 1;
    static final int REP_SERVER = 2;
    static final int REP_INFO = 3;
    static final int REP_META_CONTEXT = 4;
    static final int REP_ERROR = 1 << 31;
    static final int REP_ERR_UNSUP = REP_ERROR + 1;

    static final int INFO_EXPORT = 0;
    static final int INFO_NAME = 1;
    static final int INFO_DESCRIPTION = 2;
    static final int INFO_BLOCK_SIZE = 3;

    static final int HAS_FLAGS = 1;
    static final int READ_ONLY = 1 << 1;
    static final int SEND_FLUSH = 1 << 2;
    static final int SEND_FUA = 1 << 3;
    static final int ROTATIONAL = 1 << 4;
    static final int SEND_TRIM = 1 << 5;
    static final int SEND_WRITE_ZEROES = 1 << 6;
    static final int CAN_MULTI_CONN = 1 << 8;
    static final int SEND_CACHE = 1 << 10;
    static final int SEND_FAST_ZERO = 1 << 11;

    static final int READ = 0;
    static final int WRITE = 1;
    static final int DISC = 2;
    static final int FLUSH = 3;
    static final int TRIM = 4;
    static final int CACHE = 5;
    static final int WRITE_ZEROES = 6;
    static final int BLOCK_STATUS = 7;

    static final int FLAG_FUA = 1;
    static final int FLAG_NO_HOLE = 1 << 1;
    static final int FLAG_REQ_ONE = 1 << 3;
    static final int FLAG_FAST_ZERO = 1 << 4;

    static final int CHUNK_DONE = 1;
    static final int CHUNK_NONE = 0;
    static final int CHUNK_OFFSET_DATA = 1;
    static final int CHUNK_OFFSET_HOLE = 2;
    static final int CHUNK_BLOCK_STATUS = 5;
    static final int CHUNK_ERROR = 1 << 15 | 1;
    static final int CHUNK_ERROR_OFFSET = 1 << 15 | 2;
    static final int CHUNK_ERROR_BIT = 1 << 15;

    static final int MAX_STRING = 4096;

    private Proto() {
    }

    /** The command's name for messages. */
    static String command(int type) {
        return switch (type) {
            case READ -> "read";
            case WRITE -> "write";
            case FLUSH -> "flush";
            case TRIM -> "trim";
            case CACHE -> "cache";
            case WRITE_ZEROES -> "write zeroes";
            case BLOCK_STATUS -> "block status";
            default -> "request " + type;
        };
    }
}
