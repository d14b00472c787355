package dev.sluice.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.ConfigException;
import dev.sluice.api.runtime.ExportState;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChangesTest {
    private final FakeServer server = new FakeServer();
    private final FakeStore store = new FakeStore();
    private final Commands commands = new Commands(server, server, store, ZoneOffset.UTC);

    @BeforeEach
    void oneExport() {
        server.kind("memory", false, false, "").kind("log", true, true, "");
        server.export("disk", ExportState.ACTIVE, "", 2, "log", "memory 1G");
    }

    private String run(Command command, String... words) {
        return commands.run(command, List.of(words));
    }

    private String refused(Command command, String... words) {
        return assertThrows(ConfigException.class, () -> run(command, words)).getMessage();
    }

    @Test
    void anExportHasItsFiltersInTheOrderGiven() {
        store.directory = "/srv";
        assertEquals("new is active: log 'logfile=a b' > cow > memory 1G",
                run(Command.EXPORT, "new", "memory", "1G", "--filter", "log", "logfile=a b", "--read-only", "--filter", "cow"));
        assertEquals(List.of("create new [log 'logfile=a b', cow, memory 1G] read-only in '/srv'"), server.calls);
        assertEquals(List.of(), store.calls);
    }

    @Test
    void anExportThatFailsIsNotMade() {
        server.made = ExportState.FAILED;
        assertEquals("nbd:export: the reason", refused(Command.EXPORT, "new", "file", "/nowhere", "--save"));
        assertEquals("delete new", server.calls.get(1));
        assertEquals(List.of(), store.calls);
    }

    @Test
    void anExportThatWaitsSaysForWhat() {
        server.made = ExportState.WAITING;
        assertEquals("new is waiting: tape\nthe reason", run(Command.EXPORT, "new", "tape"));
    }

    @Test
    void anExportOfTheSameNameIsRefused() {
        assertEquals("nbd:export: there is an export 'disk' already; nbd:delete ends it, nbd:replace changes it",
                refused(Command.EXPORT, "disk", "memory", "1G"));
    }

    @Test
    void aDryRunOfAnExportNamesWhatIsMissing() {
        assertEquals("new would be made: cow > tape\nit would wait for filter 'cow', plugin 'tape'",
                run(Command.EXPORT, "new", "tape", "--filter", "cow", "--dry-run"));
        assertEquals(List.of(), server.calls);
    }

    @Test
    void aFilterIsInsertedWhereToldAndSaved() {
        assertEquals("disk: insert log logfile=x before:memory: ok (2 clients waited 0.31 ms)\nnow: log > memory 1G\n"
                        + "saved in etc/disk.json",
                run(Command.INSERT, "disk", "log", "logfile=x", "--before", "memory", "--save"));
        assertEquals(List.of("save disk [log, memory 1G]"), store.calls);
    }

    @Test
    void consentAndDryRunArePassedOn() {
        assertEquals("disk: remove log: would be done (2 clients)",
                run(Command.REMOVE, "disk", "log", "--dry-run", "--changes-data", "--force", "--save"));
        assertEquals(List.of("remove log dry data force"), server.calls);
        assertEquals(List.of(), store.calls);
    }

    @Test
    void aRefusalIsOneLineWithTheCommandInFront() {
        server.refusal = "insert cow: cow is not transparent: clients may see other bytes; say --changes-data if that is meant";
        assertEquals("nbd:insert: " + server.refusal, refused(Command.INSERT, "disk", "cow", "--save"));
        assertEquals(List.of(), store.calls);
    }

    @Test
    void moveReplaceAndSetPassTheirWordsOn() {
        run(Command.MOVE, "disk", "log", "--after", "cow");
        run(Command.REPLACE, "disk", "memory", "file", "/x y");
        run(Command.SET, "disk", "log", "a=1", "b=2");
        assertEquals(List.of("move log after:cow", "replace memory file '/x y'", "set log [a=1, b=2]"), server.calls);
    }

    @Test
    void moveNeedsAPlace() {
        assertEquals("nbd:move: where to? usage: " + Command.MOVE.synopsis(), refused(Command.MOVE, "disk", "log"));
    }

    @Test
    void stopIsSafeUnlessTold() {
        assertEquals("disk is stopped", run(Command.STOP, "disk"));
        assertEquals("disk takes no new clients; 2 clients stay", run(Command.STOP, "disk", "--mode", "hide"));
        run(Command.STOP, "disk", "--mode", "soft", "--drain", "5", "--save");
        assertEquals(List.of("stop disk SAFE null", "stop disk HIDE null", "stop disk SOFT PT5S"), server.calls);
        assertEquals(List.of("save disk [log, memory 1G] disabled"), store.calls);
        assertEquals("nbd:stop: --mode quick: one of hide, safe, soft, hard is meant", refused(Command.STOP, "disk", "--mode", "quick"));
    }

    @Test
    void anExportWithClientsIsDeletedByForceOnly() {
        assertEquals("nbd:delete: export 'disk' has 2 clients; stop it first, or say --force to cut them off",
                refused(Command.DELETE, "disk"));
        assertEquals("disk is deleted\ndeleted etc/disk.json", run(Command.DELETE, "disk", "--force", "--save"));
    }

    @Test
    void anUpgradeThatIsSavedInstallsTheCopy() {
        assertEquals("disk: upgrade /copy.jar: ok (2 clients waited 0.31 ms)\nsaved in bundles/new.jar",
                run(Command.UPGRADE, "/new.jar", "--save"));
        assertEquals(List.of("incoming /new.jar", "keep"), store.calls);
    }

    @Test
    void anUpgradeThatIsRefusedLeavesNoCopy() {
        server.refusal = "no";
        assertEquals("nbd:upgrade: no", refused(Command.UPGRADE, "/new.jar", "--save"));
        assertEquals(List.of("incoming /new.jar", "discard"), store.calls);
    }

    @Test
    void aRelativeFileIsLookedForInTheServersDirectory() {
        store.directory = "/srv";
        run(Command.UPGRADE, "new.jar");
        run(Command.UPGRADE, "http://host/new.jar");
        assertEquals(List.of("upgrade /srv/new.jar", "upgrade http://host/new.jar"), server.calls);
    }

    @Test
    void wrongWordsAreAnsweredWithTheUsage() {
        assertEquals("nbd:start: nothing says what is meant; usage: nbd:start NAME [--save]", refused(Command.START));
        assertEquals("nbd:list: too many words: x; usage: nbd:list", refused(Command.LIST, "x"));
        assertEquals("nbd:list: there is no option --all here, and -- before a word makes it none; usage: nbd:list",
                refused(Command.LIST, "--all"));
        assertEquals("nbd:insert: --before is followed by LAYER; usage: " + Command.INSERT.synopsis(),
                refused(Command.INSERT, "disk", "log", "--before"));
        assertEquals("nbd:stop: --mode is given twice; usage: " + Command.STOP.synopsis(),
                refused(Command.STOP, "disk", "--mode", "soft", "--mode", "hard"));
    }

    @Test
    void afterTwoDashesNothingIsAnOption() {
        run(Command.REPLACE, "disk", "memory", "file", "--", "--save");
        assertEquals(List.of("replace memory file --save"), server.calls);
    }
}
