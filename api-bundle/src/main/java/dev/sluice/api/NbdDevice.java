package dev.sluice.api;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * One connection's open handle on one layer: the interface at every layer boundary. A filter is a device around a
 * device.
 *
 * <p>What an implementation can rely on, because the core's checking wrapper stands in front of it: every range lies
 * inside {@code 0 .. info().size()} and is not empty; {@code write}, {@code trim} and {@code zero} are called only if
 * {@link #info()} says that the device is writable and has the operation; a flag is given only if the capability for
 * it was {@linkplain Support#NATIVE native}; {@link #close} is called once, when no other call is inside.
 *
 * <p>What an implementation must do: answer {@link #info()} with the same value for all its life; make every effect
 * visible before it returns; when it fails, throw an {@link NbdException} with the error that the client shall see
 * (anything else becomes {@code EIO}, is logged once and counted).
 *
 * <p>Threads: calls come from any thread, several at once as far as {@link NbdLayer#threadModel()} allows; they are
 * blocking and never interrupted. {@code offset} and {@code length} are in bytes.
 *
 * <p>Grows by default methods only.
 */
@ConsumerType
public interface NbdDevice extends AutoCloseable {
    /** Size and capabilities: constant for the life of the device. Asked once, after {@link #prepare()}. */
    DeviceInfo info();

    /**
     * Called once before the first request, from the plugin outwards: a filter may read from the device below it
     * here (a partition table, a header). Corresponds to nbdkit's {@code prepare}.
     *
     * @throws IOException the client is told that the export is not available
     */
    default void prepare() throws IOException {
        // most devices have nothing to look at
    }

    /**
     * Called once after the last request and before {@link #close}, from the client inwards: a filter may still
     * write to the device below it here. Not called if {@link #prepare()} failed, nor for a device that was
     * {@linkplain #release() released} to a successor. Corresponds to nbdkit's
     * {@code finalize}.
     *
     * @throws IOException logged and counted; the device is closed all the same
     */
    default void finish() throws IOException {
        // most devices hold nothing back
    }

    /**
     * Describes {@code length} bytes from {@code offset} into {@code reply}, in order; the core sends them.
     *
     * @param length 1 .. 64 MiB
     * @param reply valid until this method returns; a call that throws leaves it as it was
     */
    void read(long offset, int length, ReadReply reply) throws IOException;

    /**
     * Writes all remaining bytes of {@code data}.
     *
     * @param data direct or not, readable until this method returns, 1 byte .. 64 MiB; its position may be moved,
     *     its bytes must not be changed
     * @param flags {@link Flags#FUA} or nothing
     */
    default void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        throw new NbdException(NbdError.EPERM, "this device is read-only");
    }

    /**
     * Whether a large write may come in parts while its payload arrives, instead of with one call for all of it: as several
     * calls of {@link #write}, and bytes put into a {@link #destination}, in order, one after the other, the last one always
     * a {@link #write}. None of them has {@link Flags#FUA}. A client that goes away meanwhile leaves the first parts
     * written, and a chain that is changed meanwhile gets the rest.
     *
     * <p>Spares the core to gather the payload first. It is for devices to which it makes no difference; filters that
     * count, delay, refuse or change writes leave it alone, also if the device behind them has it. Constant for the life of
     * the device.
     */
    default boolean writesInParts() {
        return false;
    }

    /**
     * The memory of this disk from {@code offset} on, to receive a part of a write in it: what the core puts there is
     * written. Asked only if {@link #writesInParts()}, each time again, and not kept; bytes that the core does not change are
     * not written.
     *
     * @param length 1 byte .. 64 MiB, inside the disk
     * @return a buffer with 1 .. {@code length} bytes remaining, not read-only, best a direct one; null if there is none,
     *     {@link #write} is called then
     */
    default ByteBuffer destination(long offset, int length) throws IOException {
        return null;
    }

    /** Returns when everything that was answered before is on stable storage, for all connections if multi-conn is on. */
    default void flush() throws IOException {
        throw new NbdException(NbdError.EINVAL, "this device has no flush");
    }

    /**
     * A hint that these bytes are no longer needed; may do nothing.
     *
     * @param flags {@link Flags#FUA} or nothing
     */
    default void trim(long offset, long length, Flags flags) throws IOException {
        throw new NbdException(NbdError.EINVAL, "this device has no trim");
    }

    /**
     * Makes these bytes read as zero.
     *
     * @param flags any of {@link Flags#FUA}, {@link Flags#MAY_TRIM} (storage may be given back),
     *     {@link Flags#FAST_ZERO} (throw {@link NbdError#ENOTSUP} at once if this isn't quicker than a write)
     * @throws NbdException with {@link NbdError#ENOTSUP}: the core writes zeroes instead, unless FAST_ZERO was given
     */
    default void zero(long offset, long length, Flags flags) throws IOException {
        throw new NbdException(NbdError.ENOTSUP, "this device has no zero");
    }

    /** A hint that these bytes will be read soon. */
    default void cache(long offset, long length) throws IOException {
        // a hint
    }

    /**
     * The metadata contexts that this device can describe, besides {@code base:allocation}, which the core always
     * offers and asks for only if {@link DeviceInfo#extents()}. Constant for the life of the device.
     */
    default List<MetaContext> contexts() {
        return List.of();
    }

    /**
     * Describes the status of at least the first byte of the range, in order and without gaps.
     *
     * @param flags {@link Flags#REQ_ONE} if one extent is enough, or nothing
     */
    default void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        sink.extent(offset, length, 0);
    }

    /**
     * State of this connection that a successor device needs; as {@link NbdLayer#release()}, called before it and
     * for every open device of the layer.
     */
    default Optional<HandOver> release() throws Exception {
        return Optional.empty();
    }

    /**
     * Takes over what {@link #release()} of the device before gave; as {@link NbdLayer#adopt}. Called before
     * {@link #prepare()} if the layer is {@link NbdLayer#exclusive()} or its code was away; after it otherwise.
     */
    default void adopt(HandOver state) throws Exception {
        throw new ConfigException("this version can't take over state of format '" + state.format() + "' version " + state.version());
    }

    /**
     * Gives back what this device holds. Devices below it, opened through {@link NextLayer}, are closed by the core
     * afterwards.
     */
    @Override
    default void close() throws IOException {
        // nothing held
    }
}
