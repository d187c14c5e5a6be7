package dev.cloakroom.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.cloakroom.testkit.ChildProcess;
import dev.cloakroom.testkit.Concurrently;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Scanner;
import java.util.concurrent.CompletableFuture;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes of key files: none is lost, and the file stays whose it was, as open as it was, and where it was. */
class KeyFileChangeTest {

    private static final PrintStream NOWHERE = new PrintStream(OutputStream.nullOutputStream());

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void make() throws IOException {
        file = folder.resolve("keys");
        KeyRingFile.create(file, KeySet.of(List.of(SigningKey.generate(KeyAlgorithm.HMAC_SHA_256))));
    }

    private KeySet stored() throws IOException {
        return KeyRingFile.read(file, KeyFileAccess.ANY);
    }

    private int tool(String... args) {
        return KeyRingTool.run(args, NOWHERE, NOWHERE, InstantSource.system());
    }

    // C2

    /** Runs the tool several times: its first argument says how often. */
    static final class ManyRuns {

        private ManyRuns() {}

        public static void main(String[] args) {
            int status = 0;
            String[] command = List.of(args).subList(1, args.length).toArray(String[]::new);
            System.out.println("ready");
            new Scanner(System.in, StandardCharsets.UTF_8).nextLine();
            for (int i = 0; i < Integer.parseInt(args[0]); i++) {
                status |= KeyRingTool.run(command, NOWHERE, System.err, InstantSource.system());
            }
            System.exit(status);
        }
    }

    @Test
    void tool_severalProcessesAtATime_nothingIsLost() throws Exception {
        List<String> revoked = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            tool("publish", file.toString());
            revoked.add(stored().keys().get(i + 1).name());
        }
        String name = file.toString();
        try (ChildProcess one = new ChildProcess(ManyRuns.class, "10", "publish", name);
                ChildProcess two = new ChildProcess(ManyRuns.class, "10", "publish", name);
                ChildProcess three = new ChildProcess(ManyRuns.class, "10", "rotate", name)) {
            List<ChildProcess> children = List.of(one, two, three);
            for (ChildProcess child : children) {
                child.await("ready"::equals);
            }
            children.forEach(child -> child.say("go"));
            for (String id : revoked) {
                assertThat(tool("revoke", name, id)).isZero();
            }
            for (ChildProcess child : children) {
                child.awaitEnd();
                assertThat(child.exitValue()).isZero();
            }
        }

        assertThat(stored().keys()).hasSize(1 + 3 + 30);
        assertThat(stored().canSign()).isTrue();
        assertThat(stored().keys())
                .filteredOn(key -> key.state() instanceof KeyState.Revoked)
                .extracting(SigningKey::name)
                .containsExactlyElementsOf(revoked);
    }

    @Test
    void update_severalThreadsAndClassLoadersAtATime_nothingIsLost() throws Exception {
        URL classes = KeyRingFile.class.getProtectionDomain().getCodeSource().getLocation();
        URL bouncyCastle = Ed25519.class.getProtectionDomain().getCodeSource().getLocation();
        try (URLClassLoader other =
                new URLClassLoader(new URL[] {classes, bouncyCastle}, ClassLoader.getPlatformClassLoader())) {
            var run = other.loadClass(KeyRingTool.class.getName())
                    .getDeclaredMethod(
                            "run", String[].class, PrintStream.class, PrintStream.class, InstantSource.class);
            run.setAccessible(true);
            String[] publish = {"publish", file.toString()};

            Concurrently.run(4, thread -> {
                for (int i = 0; i < 8; i++) {
                    Object status = thread % 2 == 0
                            ? tool(publish)
                            : run.invoke(null, publish, NOWHERE, System.err, InstantSource.system());
                    assertThat(status).isEqualTo(0);
                }
                return null;
            });
        }

        assertThat(stored().keys()).hasSize(1 + 4 * 8);
    }

    @Test
    void update_lockedByAnother_waits() throws Exception {
        Path lock = folder.resolve(".keys.lock");
        CompletableFuture<Integer> waiting = new CompletableFuture<>();
        Thread publisher = new Thread(() -> waiting.complete(tool("publish", file.toString())));
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE)) {
            channel.lock();
            publisher.start();
            // It waits for the lock, or it would end.
            while (publisher.getState() != Thread.State.TIMED_WAITING) {
                assertThat(publisher.isAlive()).isTrue();
                Thread.onSpinWait();
            }
            assertThat(waiting).isNotDone();
            assertThat(stored().keys()).hasSize(1);
        }
        assertThat(waiting.get()).isZero();
        assertThat(stored().keys()).hasSize(2);
    }

    @Test
    void update_unfinishedFileOfADeadProcess_replaced() throws IOException {
        Path unfinished = Files.writeString(folder.resolve(".keys.new"), "half");

        assertThat(tool("publish", file.toString())).isZero();

        assertThat(unfinished).doesNotExist();
        assertThat(stored().keys()).hasSize(2);
    }

    @Test
    void write_orUpdate_thatEndsARevocation_refused() throws IOException {
        KeySet before = stored();
        int id = before.signer().id();
        tool("revoke", file.toString(), before.signer().name());

        assertThatThrownBy(() -> KeyRingFile.write(file, before)).hasMessageContaining("is revoked in the file");
        assertThatThrownBy(() -> KeyRingFile.update(file, KeyFileAccess.ANY, keys -> before))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(Objects.requireNonNull(stored().find(id)).state()).isInstanceOf(KeyState.Revoked.class);
    }

    @Test
    void write_whatCouldNotBeRead_refused() throws IOException {
        KeySet before = stored();
        SigningKey key = before.signer();
        SigningKey sameSecret = SigningKey.of(7, key.algorithm(), key.secret(), new KeyState.VerifyOnly());

        assertThatThrownBy(() -> KeyRingFile.write(file, KeySet.of(List.of(key, sameSecret))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(stored()).isEqualTo(before);
    }

    // C3

    @Test
    void change_ofALink_replacesItsTarget() throws IOException {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Path link = Files.createSymbolicLink(elsewhere.resolve("link"), Path.of("..", "keys"));

        assertThat(tool("rotate", link.toString())).isZero();
        KeyRingFile.write(link, stored());

        assertThat(Files.readSymbolicLink(link)).isEqualTo(Path.of("..", "keys"));
        assertThat(stored().keys()).hasSize(2);
        assertThat(Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)).isTrue();
    }

    @Test
    void change_keepsPermissions() throws IOException {
        for (String permissions : List.of("r--------", "rw-r-----", "rw-------")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
            assertThat(tool("publish", file.toString(), "--access", "any")).isZero();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo(permissions);
        }
        assertThat(stored().keys()).hasSize(4);
    }

    @Test
    void change_byRoot_keepsOwnerAndGroup() throws IOException {
        assumeThat(OwnUser.uid()).as("only root can give a file away").isEqualTo(0);
        Files.setAttribute(folder, "unix:uid", 1_234);
        Files.setAttribute(file, "unix:uid", 1_234);
        Files.setAttribute(file, "unix:gid", 2_345);
        Files.delete(folder.resolve(".keys.lock"));

        assertThat(tool("rotate", file.toString())).isZero();

        assertThat(FileFacts.of(file).uid()).isEqualTo(1_234);
        assertThat(FileFacts.of(file).gid()).isEqualTo(2_345);
        assertThat(FileFacts.of(folder.resolve(".keys.lock")).uid()).isEqualTo(1_234);
        assertThat(stored().keys()).hasSize(2);
        // A server that runs as root does not use a file that somebody else can change.
        assertThatThrownBy(() -> KeyRing.fromFile(file)).hasMessageContaining("belongs to another user (number 1234)");
    }

    @Test
    void change_ownerCannotBeKept_refusedAndSaidWhy() throws IOException {
        KeySet before = stored();
        FileFacts facts = FileFacts.of(file);
        FileFacts foreign = new FileFacts(true, facts.stamp(), -2, facts.gid(), facts.mode());

        assertThatThrownBy(() -> KeyRingFile.keepAccess(file, foreign, folder.resolve("missing")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("belongs to user -2")
                .hasMessageContaining("Run this as the file's owner");
        assertThat(stored()).isEqualTo(before);
    }

    @Test
    void change_inAVolumeOfKubernetes_refusedAndSaidWhy() throws IOException {
        Path version = Files.createDirectory(folder.resolve("..2026_11_28_07_53_15.1"));
        Files.move(file, version.resolve("keys"));
        Files.createSymbolicLink(folder.resolve("..data"), version.getFileName());
        Files.createSymbolicLink(file, Path.of("..data", "keys"));
        KeyRing ring = KeyRing.fromFile(file);
        KeySet before = ring.at(1_000);

        assertThatThrownBy(() -> KeyRingFile.update(file, KeyFileAccess.OWNER_ONLY, keys -> keys))
                .hasMessageContaining("Kubernetes")
                .hasMessageContaining("change the Secret");
        assertThat(ring.at(2_000)).isSameAs(before);

        // As the kubelet brings a new version.
        Path next = Files.createDirectory(folder.resolve("..2026_11_28_08_00_00.2"));
        KeySet changed = KeyRotation.publish(before, SigningKey.generate(KeyAlgorithm.BLAKE3));
        Files.writeString(next.resolve("keys"), KeyFileText.format(changed));
        Files.setPosixFilePermissions(next.resolve("keys"), PosixFilePermissions.fromString("rw-------"));
        Files.createSymbolicLink(folder.resolve("..data_tmp"), next.getFileName());
        Files.move(
                folder.resolve("..data_tmp"),
                folder.resolve("..data"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        assertThat(ring.at(3_000)).isEqualTo(changed);
        assertThat(ring.problem()).isNull();
    }

    @Test
    void create_nothingBehindTheNameOrNoDirectory_saysWhatToDo() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("nothing"));

        assertThatThrownBy(() -> KeyRingFile.create(link, KeySet.EMPTY)).hasMessageContaining("is a link to a file");
        assertThatThrownBy(() -> KeyRing.fromFile(link)).hasMessageContaining("is a link to a file");
        assertThatThrownBy(() -> KeyRingFile.create(folder.resolve("no/keys"), KeySet.EMPTY))
                .hasMessageContaining("mkdir -m 700");
        assertThatThrownBy(() -> KeyRing.fromFile(folder)).hasMessageContaining("is not a file");
    }
}
