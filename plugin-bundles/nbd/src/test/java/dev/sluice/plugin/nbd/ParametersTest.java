package dev.sluice.plugin.nbd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParametersTest extends ServedTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "nbd://box|box:10809|",
        "nbd://box:10810/a/b|box:10810|a/b",
        "nbd://[::1]:5/a%20b|[::1]:5|a b",
        "nbd+unix:///disk?socket=/run/a%20b|/run/a b|disk",
        "nbd+unix://?socket=/run/s|/run/s|"})
    void urisNameServerAndExport(String uri, String server, String export) {
        Target t = Target.parse(uri);
        assertEquals(server, t.toString());
        assertEquals(export == null ? "" : export, t.export());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "nbds://box/|uri=nbds://box/: TLS is not supported; use nbd: or nbd+unix: to a server without, or a tunnel",
        "nbd+vsock://1/|uri=nbd+vsock://1/: vsock is not supported, because the JDK has no such sockets",
        "http://box/|uri=http://box/: " + Target.FORMS,
        "nbd:///x|uri=nbd:///x: " + Target.FORMS,
        "nbd+unix:///x|uri=nbd+unix:///x: " + Target.FORMS,
        "nbd+unix:///?socket=rel|uri=nbd+unix:///?socket=rel: the path of the socket must begin with /",
        "nbd+unix:///?sock=/a|uri=nbd+unix:///?sock=/a: only socket= can stand behind the question mark",
        "nbd://a b|uri=nbd://a b: " + Target.FORMS,
        "socket=a hostname=b|hostname= and socket= were both given; give exactly one of uri=, hostname= and socket=",
        "export=a|no server is named; give exactly one of uri=, hostname= and socket=",
        "nbd://a export=x|export= can't be given with uri=; put the name into the URI: " + Target.FORMS,
        "socket=a port=5|port= can only be given with hostname=",
        "hostname=a port=65536|port=65536: a port is a number from 1 to 65535",
        "hostname=a port=http|port=http: a port is a number from 1 to 65535",
        "nbd://a shared=1 dynamic-export=1|shared= and dynamic-export= can't go together: the clients' exports differ",
        "nbd://a/x dynamic-export=1|an export name and dynamic-export= can't go together; leave one of them out",
        "nbd://a timeout=0|timeout=0: must be more than 0",
        "nbd://a tls=on|tls=on is not supported, because this plugin has no TLS; use tls=off, or a tunnel (stunnel, ssh -L)",
        "nbd://a tls-psk=f|tls-psk= is not supported, because this plugin has no TLS; use a tunnel (stunnel, ssh -L)",
        "command=nbdkit arg=-s|command= is not supported: start the server on a Unix socket and give socket=PATH",
        "socket-fd=5|socket-fd= is not supported, because Java can't take over a descriptor by its number; give socket=PATH",
        "vsock=2|vsock= is not supported, because the JDK has no such sockets"})
    void whatCanNotBeUsedIsNamed(String words, String text) {
        assertEquals(text, refused(words.startsWith("nbd://a b") ? new String[] {words} : words.split(" ")));
    }

    @Test
    void aSocketIsFoundWhereTheOperatorStands() {
        assertEquals(Path.of("/x/y"), new Target(null, 0, Path.of("/x/y"), "").socket());
    }
}
