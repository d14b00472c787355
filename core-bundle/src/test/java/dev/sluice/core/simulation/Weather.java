package dev.sluice.core.simulation;

import dev.sluice.api.Support;

/**
 * What sort of run a seed is: how much goes wrong, how often threads are switched, what is there. Runs that are all the
 * same find the same; so each seed is extreme in some way.
 */
final class Weather {
    /** Another thread goes on at one in this many points. */
    final int switchOnce;
    /** Time is lost at one in this many points; 0: never. */
    final int stallOnce;
    final int spuriousOnce;
    final int refuseThreadOnce;
    final int acceptFailsOnce;
    /** Reads and writes of sockets that are cut short. */
    final int pieces;
    final long wireDelay;
    final int block;
    final int blocks;
    final boolean ram;
    final boolean back;
    final boolean shared;
    final Support fua;
    final Support zero;
    final int errorOnce;
    final int slowOnce;
    final long slow;
    final int openFailsOnce;
    /** A successor does not understand the state that it is given. */
    final int adoptFailsOnce;
    /** A version that leaves in place stays away for longer than clients wait. */
    final int holdEndsOnce;
    /** Calls may take longer than any drain waits. */
    final boolean stuck;
    /** Nothing is slow and nothing is changed, so nobody may wait for long. */
    final boolean calm;
    final int clients;
    final int requests;
    final int changes;
    final int operators;
    final int threads;
    final int cutOnce;
    final boolean stops;
    final boolean inPlace;
    final long bufferBytes;
    final int workers;
    /** There is enough of all that a client needs who sends much before it takes an answer. */
    final boolean plenty;
    /** The disk takes large writes as they arrive. */
    final boolean parts;

    Weather(Dice d) {
        calm = d.once(6);
        switchOnce = d.of(2, 4, 16, 64);
        stallOnce = calm ? 0 : d.of(0, 0, 300, 3000);
        spuriousOnce = d.of(0, 3, 20);
        refuseThreadOnce = calm ? 0 : d.of(0, 0, 0, 4);
        acceptFailsOnce = calm ? 0 : d.of(0, 0, 5);
        pieces = d.of(0, 2, 10);
        wireDelay = calm ? 0 : d.of(0L, 0L, 20_000L, 3_000_000L);
        block = d.of(64, 512, 512, 4096, 16384);
        blocks = d.of(8, 32, 64);
        stops = !calm && d.once(3);
        inPlace = !calm && d.once(2);
        stuck = inPlace && d.once(5);
        ram = !stuck && d.once(3);
        back = !ram && !stuck && d.once(4);
        shared = d.once(2);
        fua = d.of(Support.NONE, Support.EMULATE, Support.NATIVE, Support.NATIVE);
        zero = d.of(Support.NONE, Support.EMULATE, Support.NATIVE);
        errorOnce = d.of(0, 0, 5, 30);
        slowOnce = d.of(0, 2, 10, 50);
        slow = calm ? 200_000 : d.of(150_000L, 5_000_000L, 60_000_000L);
        adoptFailsOnce = d.of(0, 0, 4);
        holdEndsOnce = stops ? d.of(0, 4) : 0;
        openFailsOnce = calm ? 0 : d.of(0, 0, 10);
        clients = 1 + d.below(4);
        requests = d.of(5, 20, 60);
        changes = calm ? 0 : d.of(0, 2, 6, 12);
        operators = calm ? 1 : d.of(1, 1, 2);
        threads = d.of(1, 2, 4, 16);
        cutOnce = calm ? 0 : d.of(0, 0, 40);
        bufferBytes = d.of(16L << 20, 256L << 20);
        workers = d.of(8, 256);
        plenty = bufferBytes > 32 << 20 && workers > 64 && refuseThreadOnce == 0;
        parts = d.once(2);
    }
}
