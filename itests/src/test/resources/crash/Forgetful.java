import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import dev.sluice.api.ReadReply;
import dev.sluice.api.Support;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A file whose page cache goes with the process: what was written lies in memory until a flush, so that a kill is what a
 * power cut is for a file. Now and then a page goes to the file early, in no order, as a kernel does it.
 */
@Parameter(name = "file", type = ParameterType.PATH, magic = true, required = true, help = "the file")
@Parameter(name = "lie", type = ParameterType.BOOLEAN, defaultValue = "false", help = "a flush does nothing and says that it was done")
class Forgetful implements NbdDevice {
    private static final int PAGE = 4096;

    private final FileChannel file;
    private final long size;
    private final boolean lie;
    private final Map<Long, byte[]> dirty = new TreeMap<>();
    private final Random random = new Random();

    Forgetful(Parameters parameters) throws IOException {
        file = FileChannel.open(parameters.path("file"), StandardOpenOption.READ, StandardOpenOption.WRITE);
        size = file.size();
        lie = parameters.bool("lie");
    }

    @Override
    public DeviceInfo info() {
        return DeviceInfo.writable(size).flush(true).fua(Support.EMULATE).multiConn(true).build();
    }

    private byte[] page(long number) throws IOException {
        byte[] page = dirty.get(number);
        if (page == null) {
            ByteBuffer bytes = ByteBuffer.allocate(PAGE);
            while (bytes.hasRemaining() && file.read(bytes, number * PAGE + bytes.position()) > 0) {
                continue;
            }
            page = bytes.array();
        }
        return page;
    }

    @Override
    public synchronized void read(long offset, int length, ReadReply reply) throws IOException {
        ByteBuffer into = reply.buffer(length);
        for (long at = offset; into.hasRemaining();) {
            int n = (int) Math.min(PAGE - at % PAGE, into.remaining());
            into.put(page(at / PAGE), (int) (at % PAGE), n);
            at += n;
        }
    }

    @Override
    public synchronized void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        for (long at = offset; data.hasRemaining();) {
            int n = (int) Math.min(PAGE - at % PAGE, data.remaining());
            byte[] page = page(at / PAGE).clone();
            data.get(page, (int) (at % PAGE), n);
            dirty.put(at / PAGE, page);
            if (random.nextInt(10) == 0) {
                bringHome(at / PAGE);
            }
            at += n;
        }
    }

    private void bringHome(long number) throws IOException {
        ByteBuffer page = ByteBuffer.wrap(dirty.get(number));
        while (page.hasRemaining()) {
            file.write(page, number * PAGE + page.position());
        }
        dirty.remove(number);
    }

    @Override
    public synchronized void flush() throws IOException {
        if (lie) {
            return;
        }
        for (long number : dirty.keySet().toArray(new Long[0])) {
            bringHome(number);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
