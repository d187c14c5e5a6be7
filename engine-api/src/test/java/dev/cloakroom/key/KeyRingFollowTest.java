package dev.cloakroom.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a ring follows a file when the system fails, and what it tells of that. */
class KeyRingFollowTest {

    private static final Logger LOGGER = Logger.getLogger(KeyRing.class.getName());

    @TempDir
    Path folder;

    private final FaultyDisk disk = new FaultyDisk();
    private final Records records = new Records();
    private Path file;
    private KeySet before;

    /** A disk that fails, or has other facts, when told. */
    private static final class FaultyDisk implements KeyFileDisk {

        private @Nullable Throwable failure;
        private int failures;
        private UnaryOperator<FileFacts> fileFacts = UnaryOperator.identity();
        private UnaryOperator<FileFacts> directoryFacts = UnaryOperator.identity();
        private @Nullable Integer own = KeyFileDisk.super.ownUid();

        void failOnce(Throwable newFailure) {
            failure = newFailure;
            failures = 1;
        }

        @Override
        public byte[] read(Path path, int limit) throws IOException {
            if (failures > 0) {
                failures--;
                if (failure instanceof IOException e) {
                    throw e;
                } else if (failure instanceof RuntimeException e) {
                    throw e;
                } else if (failure instanceof Error e) {
                    throw e;
                }
            }
            return KeyFileDisk.super.read(path, limit);
        }

        @Override
        public FileFacts facts(Path path) throws IOException {
            FileFacts facts = KeyFileDisk.super.facts(path);
            return facts.regular() ? fileFacts.apply(facts) : directoryFacts.apply(facts);
        }

        @Override
        public @Nullable Integer ownUid() {
            return own;
        }
    }

    private static final class Records extends Handler {

        private final List<String> messages = new ArrayList<>();

        @Override
        public void publish(LogRecord record) {
            messages.add(record.getLevel() + " " + record.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    @BeforeEach
    void write() throws IOException {
        LOGGER.addHandler(records);
        LOGGER.setUseParentHandlers(false);
        file = folder.resolve("keys");
        before = KeySet.of(List.of(SigningKey.generate(KeyAlgorithm.HMAC_SHA_256)));
        KeyRingFile.create(file, before);
    }

    @AfterEach
    void removeHandler() {
        LOGGER.removeHandler(records);
        LOGGER.setUseParentHandlers(true);
    }

    private static FileFacts with(FileFacts facts, @Nullable Integer uid, @Nullable Integer mode) {
        return new FileFacts(facts.regular(), facts.stamp(), uid, facts.gid(), mode);
    }

    /** As on Windows, whose access control lists are not read. */
    @Test
    void fromFile_fileSystemWithoutUnixPermissions_accessIsNotChecked() throws IOException {
        try (FileSystem archive = FileSystems.newFileSystem(folder.resolve("keys.zip"), Map.of("create", "true"))) {
            Path inArchive = archive.getPath("/keys");
            Files.writeString(inArchive, KeyFileText.format(before));

            assertThat(KeyRing.fromFile(inArchive).current()).isEqualTo(before);
        }
    }

    // C1

    @Test
    void at_oneReadFailsJustAfterAChange_changeIsTakenAtTheNextLook() throws IOException {
        List<Throwable> failures = List.of(
                new FileSystemException("keys", null, "Input/output error"),
                new IOException("Too many open files"),
                new SecurityException("no"),
                new NoClassDefFoundError("no"));
        KeyRing ring = KeyRing.fromFile(disk, file, KeyFileAccess.OWNER_ONLY);
        long now = 1_000;
        for (Throwable failure : failures) {
            KeySet inForce = ring.at(now);
            for (int i = 0; i < 20; i++) {
                ring.at(now += 250);
            }
            KeySet changed = KeySet.of(List.of(SigningKey.generate(KeyAlgorithm.HMAC_SHA_256)));
            KeyRingFile.write(file, changed);
            disk.failOnce(failure);

            assertThat(ring.at(now += 250)).isSameAs(inForce);
            assertThat(ring.problem()).contains("old keys stay in force").contains("cannot be read");
            assertThat(ring.at(now += 250)).isEqualTo(changed);
            assertThat(ring.problem()).isNull();
            now += 250;
        }
    }

    @Test
    void at_readsFailForLong_oneLineWhenItBeginsAndOneWhenItEnds() {
        KeyRing ring = KeyRing.fromFile(disk, file, KeyFileAccess.OWNER_ONLY);
        ring.at(1_000);
        disk.failOnce(new FileSystemException("keys", null, "Input/output error"));
        disk.failures = 100;
        for (int i = 1; i <= 200; i++) {
            ring.at(1_000 + i * 250L);
        }

        assertThat(records.messages)
                .containsExactly(
                        "WARNING the old keys stay in force: the key file " + file
                                + " cannot be read: Input/output error",
                        "INFO the key file " + file + " is in use again");
    }

    @Test
    void at_changeThatLeavesNoTraceInTheTimes_taken() throws IOException {
        FileFacts first = FileFacts.of(file);
        disk.fileFacts = facts -> first;
        KeyRing ring = KeyRing.fromFile(disk, file, KeyFileAccess.OWNER_ONLY);
        ring.at(1_000);
        KeySet changed = KeyRotation.revoke(before, before.signer().id());
        KeyRingFile.write(file, changed);

        assertThat(ring.at(1_250)).isEqualTo(changed);
    }

    @Test
    void at_fileChangesWhileItIsRead_notUsed() throws IOException {
        int[] looks = new int[1];
        KeyRing ring = KeyRing.fromFile(disk, file, KeyFileAccess.OWNER_ONLY);
        disk.fileFacts = facts -> new FileFacts(
                true,
                new FileFacts.Stamp(looks[0]++, "", facts.stamp().size(), null),
                facts.uid(),
                facts.gid(),
                facts.mode());

        KeySet changed = KeySet.of(List.of(SigningKey.generate(KeyAlgorithm.HMAC_SHA_256)));
        KeyRingFile.write(file, changed);
        assertThat(ring.at(1_000)).isEqualTo(before);
        assertThat(ring.problem()).contains("changes while it is read");
        disk.fileFacts = UnaryOperator.identity();
        assertThat(ring.at(1_250)).isEqualTo(changed);
    }

    // C5

    @Test
    void at_whereNoMountIsKnown_fileIsFollowed() throws IOException {
        Path mountless = MountlessFileSystem.of(file);
        assertThatThrownBy(() -> Files.getFileStore(mountless)).hasMessage("Mount point not found");
        KeyRing ring = KeyRing.fromFile(mountless);
        assertThat(ring.at(1_000)).isEqualTo(before);
        KeySet changed = KeyRotation.revoke(before, before.signer().id());
        KeyRingFile.write(file, changed);

        assertThat(ring.at(2_000)).isEqualTo(changed);
    }

    // Status

    private void tool(String command) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        String[] arguments = {command, file.toString()};
        assertThat(KeyRingTool.run(arguments, nowhere, nowhere, InstantSource.system()))
                .isZero();
    }

    @Test
    void status_ofAFile_countsAndWhenItWasLastGood() throws IOException {
        KeyRing ring = KeyRing.fromFile(disk, file, KeyFileAccess.OWNER_ONLY);
        assertThat(ring.status(1_000)).isEqualTo(new KeyRingStatus(Instant.ofEpochMilli(1_000), null, 1, 0, 0, 0));

        tool("rotate");
        tool("publish");
        tool("publish");
        KeyRingFile.update(
                file,
                KeyFileAccess.OWNER_ONLY,
                keys -> KeyRotation.revoke(keys, keys.keys().get(3).id()));
        assertThat(ring.status(2_000)).isEqualTo(new KeyRingStatus(Instant.ofEpochMilli(2_000), null, 1, 1, 1, 1));
        for (int i = 1; i <= 40; i++) {
            ring.at(2_000 + i * 250L);
        }
        assertThat(ring.status(12_250).confirmed()).isEqualTo(Instant.ofEpochMilli(12_250));

        Files.delete(file);
        KeyRingStatus gone = ring.status(13_000);
        assertThat(gone.confirmed()).isEqualTo(Instant.ofEpochMilli(12_250));
        assertThat(gone.problem()).contains("does not exist");
        assertThat(gone.active()).isEqualTo(1);
        assertThat(records.messages.stream().filter(each -> each.contains("has changed")))
                .hasSize(1);
    }

    @Test
    void status_notOfAFile_countsAlone() {
        assertThat(KeyRing.random().status()).isEqualTo(new KeyRingStatus(null, null, 1, 0, 0, 0));
    }

    // C6: who owns it

    private static final int ROOT = 0;
    private static final int SERVICE = 1_000;
    private static final int STRANGER = 1_001;

    private void fromFile(int own, int owner, int mode, int directoryOwner, int directoryMode) {
        disk.own = own;
        disk.fileFacts = facts -> with(facts, owner, mode);
        disk.directoryFacts = facts -> with(facts, directoryOwner, directoryMode);
        assertThat(KeyRing.fromFile(disk, file, KeyFileAccess.OWNER_ONLY).current())
                .isEqualTo(before);
    }

    @Test
    void fromFile_ofItsUserOrOfRoot_used() {
        fromFile(SERVICE, SERVICE, 0600, SERVICE, 0700);
        fromFile(SERVICE, SERVICE, 0400, ROOT, 0755);
        fromFile(SERVICE, SERVICE, 0600, ROOT, 01777);
        fromFile(ROOT, ROOT, 0600, ROOT, 0755);
    }

    @Test
    void fromFile_ofAStrangerOrInAStrangersDirectory_refusedUnlessAllowed() {
        int[][] cases = {
            {ROOT, STRANGER, 0600, ROOT, 0755},
            {SERVICE, STRANGER, 0600, SERVICE, 0700},
            {SERVICE, SERVICE, 0600, STRANGER, 0755},
            {SERVICE, SERVICE, 0600, SERVICE, 0770},
            {SERVICE, SERVICE, 0600, ROOT, 0777},
            {SERVICE, SERVICE, 0600, STRANGER, 01777},
            {SERVICE, SERVICE, 0620, SERVICE, 0700}
        };
        for (int[] each : cases) {
            assertThatThrownBy(() -> fromFile(each[0], each[1], each[2], each[3], each[4]))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("KeyFileAccess.ANY");
            assertThat(KeyRing.fromFile(disk, file, KeyFileAccess.ANY).current())
                    .isEqualTo(before);
        }
    }

    @Test
    void fromFile_linkInAStrangersDirectory_refused() throws IOException {
        Path open = Files.createDirectory(folder.resolve("open"));
        Path link = Files.createSymbolicLink(open.resolve("link"), file);
        assertThat(KeyRing.fromFile(link).current()).isEqualTo(before);

        Files.setAttribute(open, "unix:mode", 0777);

        assertThatThrownBy(() -> KeyRing.fromFile(link)).hasMessageContaining("others may replace the key file");
    }

    @Test
    void ownUser_status_effectiveNumber() throws IOException {
        assertThat(OwnUser.fromStatus(List.of("Name:\tjava", "Uid:\t1000\t1001\t1000\t1000")))
                .isEqualTo(1_001);
        assertThat(OwnUser.fromStatus(List.of("Name:\tjava"))).isNull();
        assertThat(OwnUser.uid()).isEqualTo(FileFacts.of(file).uid());
    }
}
