package dev.sluice.filter.rate;

import dev.sluice.shared.tokenbucket.TokenBucket;
import java.util.Map;

/** A bucket for reads and one for writes, with the rate of one limit. Tokens are bits. Safe for use by several threads. */
final class Pair {
    private final Limit limit;
    private final TokenBucket read;
    private final TokenBucket write;

    Pair(Limit limit, long now) {
        this.limit = limit;
        this.read = new TokenBucket(limit.rate(), limit.burst(), now);
        this.write = new TokenBucket(limit.rate(), limit.burst(), now);
    }

    /** Looks whether the rate has changed. */
    void look(long now) {
        limit.look(now);
        follow(now);
    }

    /** The bucket for this direction; null: there is no limit now. */
    TokenBucket bucket(boolean forWrite) {
        TokenBucket b = forWrite ? write : read;
        return b.rate() == 0 ? null : b;
    }

    boolean isFull(long now) {
        return read.isFull(now) && write.isFull(now);
    }

    Map<String, Long> state(long now) {
        return Map.of("read", read.level(now), "write", write.level(now));
    }

    /** Takes levels over; a direction that is not in the map stays as it is. */
    void adopt(Map<?, ?> state, long now) {
        follow(now);
        if (state != null && state.get("read") instanceof Long level) {
            read.level(level, now);
        }
        if (state != null && state.get("write") instanceof Long level) {
            write.level(level, now);
        }
    }

    private void follow(long now) {
        long rate = limit.rate();
        if (read.rate() != rate) {
            read.rate(rate, now);
        }
        if (write.rate() != rate) {
            write.rate(rate, now);
        }
    }
}
