package dev.cloakroom.internal.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnerOnlyDirectoryTest {

    @TempDir
    private Path temporary;

    private Path directory() {
        return temporary.resolve("sessions");
    }

    private static void assumePosix() {
        assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"));
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void open_absent_createdForItsOwnerOnly() throws IOException {
        assumePosix();
        try (OwnerOnlyDirectory opened = OwnerOnlyDirectory.open(directory())) {
            opened.create("created");
            opened.write("written", out -> out.write("coat".getBytes(UTF_8)));
            try (FileChannel channel = opened.channel("channel", StandardOpenOption.WRITE)) {
                assertThat(channel.isOpen()).isTrue();
            }
            opened.createDirectory("aside");

            assertThat(permissions(directory())).isEqualTo("rwx------");
            assertThat(permissions(opened.file("aside"))).isEqualTo("rwx------");
            for (String file : new String[] {"lock", "created", "written", "channel"}) {
                assertThat(permissions(opened.file(file))).as(file).isEqualTo("rw-------");
            }
            try (Stream<Path> entries = Files.list(directory())) {
                assertThat(entries).hasSize(5);
            }
        }
    }

    /** As on Windows, whose access control lists are not read. */
    @Test
    void claim_fileSystemWithoutUnixPermissions_accessIsNotChecked() throws IOException {
        try (FileSystem archive = FileSystems.newFileSystem(temporary.resolve("store.zip"), Map.of("create", "true"));
                OwnerOnlyDirectory claimed = OwnerOnlyDirectory.claim(archive.getPath("/sessions"))) {
            assertThat(claimed.path()).hasToString("/sessions");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwxrwxrwx", "rwxr-x---", "rwx---r--", "rwx----w-"})
    void open_accessibleToOthers_refused(String permissions) throws IOException {
        assumePosix();
        Files.createDirectories(directory());
        Files.setPosixFilePermissions(directory(), PosixFilePermissions.fromString(permissions));

        assertThatThrownBy(() -> OwnerOnlyDirectory.open(directory()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("others than its owner have access to " + directory());
        assertThat(directory()).isEmptyDirectory();

        Files.setPosixFilePermissions(directory(), PosixFilePermissions.fromString("rwx------"));
        OwnerOnlyDirectory.open(directory()).close();
    }

    @Test
    void open_anotherUsers_refused() throws IOException {
        assumePosix();
        OwnerOnlyDirectory.open(directory()).close();
        giveAway(directory());

        assertThatThrownBy(() -> OwnerOnlyDirectory.open(directory()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(directory() + " is another user's");
    }

    @Test
    void open_fileOfAnotherUserInIt_refused() throws IOException {
        assumePosix();
        OwnerOnlyDirectory.open(directory()).close();
        Path file = Files.createFile(directory().resolve("sessions-1.map"));
        giveAway(file);

        assertThatThrownBy(() -> OwnerOnlyDirectory.open(directory()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(file + " is another user's");
    }

    private static void giveAway(Path path) {
        try {
            Files.setAttribute(path, "unix:uid", 12_345);
        } catch (IOException e) {
            abort("only root can give a file away");
        }
    }

    @Test
    void requireSame_otherUser_refused() {
        assertThatThrownBy(() -> OwnerOnlyDirectory.requireSame(() -> "ada", () -> "bob", directory()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is another user's");
    }

    @ParameterizedTest
    @ValueSource(strings = {"lock", "sessions-1.map", "anything"})
    void open_symbolicLinkInIt_refusedAndVictimUntouched(String name) throws IOException {
        assumePosix();
        OwnerOnlyDirectory.open(directory()).close();
        Path victim = Files.writeString(temporary.resolve("victim"), "precious");
        Files.deleteIfExists(directory().resolve(name));
        Files.createSymbolicLink(directory().resolve(name), victim);

        assertThatThrownBy(() -> OwnerOnlyDirectory.open(directory()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(name + " is a symbolic link");
        assertThat(victim).hasContent("precious");
    }

    @Test
    void channel_linkPlacedAfterTheOpen_notFollowed() throws IOException {
        assumePosix();
        Path victim = Files.writeString(temporary.resolve("victim"), "precious");
        try (OwnerOnlyDirectory opened = OwnerOnlyDirectory.open(directory())) {
            Files.createSymbolicLink(opened.file("late"), victim);

            assertThatThrownBy(() -> opened.channel("late", StandardOpenOption.WRITE))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("is not a regular file");
        }
    }

    @Test
    void open_throughALinkToTheDirectory_sameDirectory() throws IOException {
        assumePosix();
        try (OwnerOnlyDirectory opened = OwnerOnlyDirectory.open(directory())) {
            Path link = Files.createSymbolicLink(temporary.resolve("link"), directory());

            assertThatThrownBy(() -> OwnerOnlyDirectory.open(link))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(opened.path() + " is in use by another store");
        }
    }

    @Test
    void open_openInThisJvm_refusedUntilClosed() throws IOException {
        OwnerOnlyDirectory first = OwnerOnlyDirectory.open(directory());

        assertThatThrownBy(() -> OwnerOnlyDirectory.open(directory()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is in use by another store")
                .hasMessageContaining("close that store first");
        assertThatThrownBy(() -> OwnerOnlyDirectory.claim(directory())).isInstanceOf(IllegalStateException.class);

        first.close();
        OwnerOnlyDirectory second = OwnerOnlyDirectory.open(directory());
        first.close();
        assertThatThrownBy(() -> OwnerOnlyDirectory.open(directory()))
                .as("the second close of the first one closed nothing")
                .isInstanceOf(IllegalStateException.class);
        second.close();
        assertThatCode(() -> OwnerOnlyDirectory.open(directory()).close()).doesNotThrowAnyException();
    }

    @Test
    void open_pathIsAFile_refused() throws IOException {
        Files.createFile(directory());

        assertThatThrownBy(() -> OwnerOnlyDirectory.open(directory()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cannot be used as the directory of a session store");
    }
}
