package dev.cloakroom.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.testkit.Concurrently;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Key files: their text, their permissions, how a ring follows them, and the tool that makes them. */
class KeyRingFileTest {

    private static final String SECRET = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
    private static final String SECOND = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI";
    private static final String THIRD = "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM";
    private static final String PUBLIC = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    private static final String GOLDEN = "cloakroom-keys 1\n"
            + "key 3f2a9c01 hmac-sha-256 active secret=" + SECRET + "\n"
            + "key 77b0d2e4 aes-256-cmac retired until=2026-12-24T18:00:00Z secret=" + SECOND + "\n"
            + "key 0a11c9ff blake3 verify-only secret=" + THIRD + "\n"
            + "key 91c2aa40 hmac-sha-256 revoked\n"
            + "key 5d00f1b7 ed25519 verify-only public=" + PUBLIC + "\n";
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private static final long LOOK = 250;

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("keys.txt");
    }

    private Path written(String text) throws IOException {
        Path file = file();
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, text);
    }

    private static KeySet one() {
        return KeySet.of(List.of(SigningKey.generate(KeyAlgorithm.HMAC_SHA_256)));
    }

    // The text

    @Test
    void parse_golden_eachKey() {
        KeySet keys = KeyFileText.parse(GOLDEN);

        assertThat(keys.toString())
                .contains("3f2a9c01, hmac-sha-256, Active")
                .contains("77b0d2e4, aes-256-cmac, Retired[until=2026-12-24T18:00:00Z]")
                .contains("0a11c9ff, blake3, VerifyOnly")
                .contains("91c2aa40, hmac-sha-256, Revoked")
                .contains("5d00f1b7, ed25519, VerifyOnly");
        assertThat(keys.signer().secret().toByteArray()).hasSize(32).containsOnly(1);
        assertThat(KeyFileText.format(keys)).isEqualTo(GOLDEN);
    }

    @Test
    void parse_commentsBlanksAndOrder_skippedAndFree() {
        String text = "\n# a comment\r\n  cloakroom-keys 1\r\n\n   key 77b0d2e4  aes-256-cmac retired  secret=" + SECOND
                + " until=2026-12-24T18:00:00Z  \r\n# end";

        assertThat(KeyFileText.parse(text).keys())
                .containsExactly(
                        Objects.requireNonNull(KeyFileText.parse(GOLDEN).find(0x77b0d2e4)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "key",
                "kex 3f2a9c01 hmac-sha-256 active secret=S",
                "key 3f2a9c0 hmac-sha-256 active secret=S",
                "key 00000000 hmac-sha-256 active secret=S",
                "key 3f2a9c01 none active secret=S",
                "key 3f2a9c01 hmac-sha-256 happy secret=S",
                "key 3f2a9c01 hmac-sha-256 active",
                "key 3f2a9c01 hmac-sha-256 active secret=",
                "key 3f2a9c01 hmac-sha-256 active secret=AQEB",
                "key 3f2a9c01 hmac-sha-256 active secret=S=",
                "key 3f2a9c01 hmac-sha-256 active secret=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQF",
                "key 3f2a9c01 hmac-sha-256 active secret=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "key 3f2a9c01 hmac-sha-256 retired until=2026-12-24 secret=S",
                "key 3f2a9c01 hmac-sha-256 verify_only secret=S",
                "key 3f2a9c01 hmac-sha-256 active secret = S",
                "key 3f2a9c01 none revoked",
                "key 3f2a9c01 revoked",
                "3f2a9c01 hmac-sha-256 revoked",
                "key 3f2a9c01 ed25519 verify-only public=S",
                "key 3f2a9c01 hmac-sha-256 active secret=S!",
                "key 3f2a9c01 hmac-sha-256 active secret=S secret=S",
                "key 3f2a9c01 hmac-sha-256 active secret=S public=S",
                "key 3f2a9c01 hmac-sha-256 active secret=S colour=red",
                "key 3f2a9c01 hmac-sha-256 active S",
                "key 3f2a9c01 hmac-sha-256 active =S",
                "key 3f2a9c01 hmac-sha-256 active until=2026-12-24T18:00:00Z secret=S",
                "key 3f2a9c01 hmac-sha-256 retired secret=S",
                "key 3f2a9c01 hmac-sha-256 retired until=tomorrow secret=S",
                "key 3f2a9c01 hmac-sha-256 verify-only public=S",
                "key 3f2a9c01 ed25519 active public=S",
                "key 3f2a9c01 ed25519 verify-only public=AQEB"
            })
    void parse_brokenLine_namedAndNotQuoted(String line) {
        String text = "cloakroom-keys 1\n# comment\n" + line.replace("=S", "=" + SECRET);

        assertThatThrownBy(() -> KeyFileText.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("line 3 cannot be used: ")
                .hasMessageNotContaining(SECRET.substring(0, 8))
                .hasNoCause();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n\n", "# only a comment", "cloakroom-keys 2\n", "key 3f2a9c01 hmac-sha-256 revoked"})
    void parse_noHeader_refused(String text) {
        assertThatThrownBy(() -> KeyFileText.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cloakroom-keys 1");
    }

    @Test
    void parse_twoActiveOrTwoOfOneId_refused() {
        String active = "key 3f2a9c01 hmac-sha-256 active secret=" + SECRET + "\n";
        String otherSecret = active.replace(SECRET, SECOND);
        for (String other : List.of(active, otherSecret, otherSecret.replace("3f2a9c01", "77b0d2e4"))) {
            assertThatThrownBy(() -> KeyFileText.parse("cloakroom-keys 1\n" + active + "\n" + other))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("lines 2 and 4");
        }
    }

    @Property(tries = 200)
    void parse_whatWasFormatted_theSame(
            @ForAll List<KeyAlgorithm> algorithms, @ForAll Instant date, @ForAll byte choice) {
        List<SigningKey> keys = new ArrayList<>();
        for (KeyAlgorithm algorithm : algorithms) {
            SigningKey key = SigningKey.generate(algorithm);
            List<KeyState> states =
                    List.of(new KeyState.VerifyOnly(), new KeyState.Retired(date), new KeyState.Revoked());
            SigningKey changed = key.withState(states.get(Math.floorMod(choice + keys.size(), 3)));
            keys.add(algorithm == KeyAlgorithm.ED25519 && choice > 0 ? changed.toPublic() : changed);
        }
        keys.add(SigningKey.generate(KeyAlgorithm.BLAKE3));

        assertThat(KeyFileText.parse(KeyFileText.format(KeySet.of(keys)))).isEqualTo(KeySet.of(keys));
    }

    @Property
    void parse_anyText_keysOrIllegalArgument(@ForAll String text) {
        for (String each : List.of(text, "cloakroom-keys 1\n" + text, "cloakroom-keys 1\nkey 3f2a9c01 " + text)) {
            try {
                assertThat(KeyFileText.parse(each)).isNotNull();
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageNotContaining(SECRET);
            }
        }
    }

    // The file

    @Test
    void write_newFile_forItsOwnerAlone() throws IOException {
        KeySet keys = one();
        KeyRingFile.write(file(), keys);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        assertThat(KeyRingFile.read(file(), KeyFileAccess.OWNER_ONLY)).isEqualTo(keys);
        KeyRingFile.write(file(), KeySet.EMPTY);
        assertThat(KeyRingFile.read(file(), KeyFileAccess.OWNER_ONLY)).isEqualTo(KeySet.EMPTY);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(file(), folder.resolve(".keys.txt.lock"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw--w----", "rw---x---", "rw----r--", "rw-----w-", "rw------x"})
    void read_othersHaveAccess_refusedUnlessAllowed(String permissions) throws IOException {
        Path file = written(GOLDEN);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));

        assertThatThrownBy(() -> KeyRingFile.read(file, KeyFileAccess.OWNER_ONLY))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(permissions)
                .hasMessageContaining("chmod 600")
                .hasMessageContaining("keys.txt");
        assertThatThrownBy(() -> KeyRing.fromFile(file))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("chmod 600");
        assertThat(KeyRing.fromFile(file, KeyFileAccess.ANY).current().canSign())
                .isTrue();
    }

    @Test
    void read_missingTooLargeOrBroken_saysWhichFileAndWhy() throws IOException {
        assertThatThrownBy(() -> KeyRing.fromFile(file()))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("keys.txt does not exist");
        Path broken = written("cloakroom-keys 1\nkey secret=" + SECRET);
        assertThatThrownBy(() -> KeyRing.fromFile(broken))
                .hasMessageContaining("keys.txt")
                .hasMessageContaining("line 2")
                .hasMessageNotContaining(SECRET);
        Path large = written(GOLDEN + "#".repeat(1 << 20));
        assertThatThrownBy(() -> KeyRing.fromFile(large)).hasMessageContaining("larger");
    }

    // Following the file

    @Test
    void ring_fileChanges_followedWithinASecond() throws IOException {
        KeySet before = one();
        KeySet after = one();
        KeyRingFile.write(file(), before);
        KeyRing ring = KeyRing.fromFile(file());
        assertThat(ring.at(1_000)).isEqualTo(before).isSameAs(ring.at(1_000));

        KeyRingFile.write(file(), after);

        assertThat(ring.at(1_000 + LOOK - 1)).isEqualTo(before);
        assertThat(ring.at(1_000 + LOOK)).isEqualTo(after).isSameAs(ring.at(1_001 + LOOK));
        assertThat(LOOK).isLessThan(1_000);
        assertThat(ring.problem()).isNull();
    }

    @Test
    void ring_fileBreaksAndHeals_keepsTheOldKeysAndSaysSo() throws IOException {
        KeySet before = one();
        KeyRingFile.write(file(), before);
        KeyRing ring = KeyRing.fromFile(file());

        written("cloakroom-keys 1\nkey secret=" + SECRET);
        assertThat(ring.at(1_000)).isEqualTo(before);
        assertThat(ring.problem()).contains("line 2").contains("old keys").doesNotContain(SECRET);

        Files.delete(file());
        assertThat(ring.at(2_000)).isEqualTo(before);
        assertThat(ring.problem()).contains("does not exist");

        KeyRingFile.write(file(), before);
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThat(ring.at(3_000)).isEqualTo(before);
        assertThat(ring.problem()).contains("chmod 600");

        KeySet after = one();
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-------"));
        KeyRingFile.write(file(), after);
        assertThat(ring.at(4_000)).isEqualTo(after);
        assertThat(ring.problem()).isNull();
    }

    @Test
    void ring_fileHasNoActiveKey_adoptedAndSaid() throws IOException {
        KeySet before = one();
        KeyRingFile.write(file(), before);
        KeyRing ring = KeyRing.fromFile(file());

        KeyRingFile.write(file(), KeyRotation.revoke(before, before.signer().id()));

        assertThat(ring.at(1_000).canSign()).isFalse();
        assertThat(ring.problem()).contains("no active key");
    }

    @Test
    void ring_manyThreadsWhileTheFileChanges_oldOrNewAndNeverBack() throws IOException {
        List<KeySet> versions = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            versions.add(one());
        }
        KeyRingFile.write(file(), versions.get(0));
        KeyRing ring = KeyRing.fromFile(file());

        Concurrently.run(4, thread -> {
            int seen = 0;
            for (int i = 0; thread == 0 ? i < versions.size() : seen < versions.size() - 1; i++) {
                if (thread == 0) {
                    KeyRingFile.write(file(), versions.get(i));
                    ring.at((i + 1) * 1_000L);
                } else {
                    int now = versions.indexOf(ring.at(i * LOOK));
                    assertThat(now).isGreaterThanOrEqualTo(seen);
                    seen = now;
                }
            }
            return null;
        });

        assertThat(ring.at(1_000_000)).isEqualTo(versions.get(19));
    }

    @Test
    void ring_notOfAFile_replacedByHandAlone() throws IOException {
        KeyRing ring = KeyRing.random();
        KeySet next = one();
        assertThat(ring.current().canSign()).isTrue();
        ring.replace(next);
        assertThat(ring.current()).isSameAs(next);
        assertThat(ring.problem()).isNull();

        KeyRing following = KeyRing.fromFile(written(GOLDEN));
        assertThatThrownBy(() -> following.replace(next)).isInstanceOf(IllegalStateException.class);
    }

    // The tool

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    private int tool(String... args) {
        printed.reset();
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        return KeyRingTool.run(args, out, out, InstantSource.fixed(NOW));
    }

    private String output() {
        return printed.toString(StandardCharsets.UTF_8);
    }

    private KeySet stored() throws IOException {
        return KeyRingFile.read(file(), KeyFileAccess.OWNER_ONLY);
    }

    @Test
    void tool_generate_oneActiveKeyInAFileOfItsOwner() throws IOException {
        assertThat(tool("generate", file().toString(), "--algorithm", "aes-256-cmac"))
                .isZero();

        assertThat(stored().keys()).singleElement().matches(SigningKey::canSign);
        assertThat(stored().signer().algorithm()).isEqualTo(KeyAlgorithm.AES_256_CMAC);
        assertThat(output()).isEqualTo(stored().signer().name() + " aes-256-cmac active" + System.lineSeparator());
        assertThat(tool("generate", file().toString())).isEqualTo(1);
        assertThat(output()).contains("exists already");
    }

    @Test
    void tool_rotate_oldVerifiesAsLongAsTold() throws IOException {
        tool("generate", file().toString());
        SigningKey old = stored().signer();

        assertThat(tool("rotate", file().toString(), "--verify-for", "30m")).isZero();

        assertThat(Objects.requireNonNull(stored().find(old.id())).state())
                .isEqualTo(new KeyState.Retired(NOW.plusSeconds(1_800)));
        assertThat(stored().signer().id()).isNotEqualTo(old.id());
        tool("rotate", file().toString(), "--verify-for", "PT2H");
        assertThat(output()).contains("retired until 2026-11-23T14:00:00Z").contains("retired until 2026-11-23T12:30");
        tool("rotate", file().toString(), "--verify-for", "2d");
        assertThat(output()).contains("retired until 2026-11-25T12:00:00Z");
        tool("rotate", file().toString());
        assertThat(output()).contains("retired until 2026-11-24T00:00:00Z");
    }

    @Test
    void tool_publishAndActivate_inTwoSteps() throws IOException {
        tool("generate", file().toString());
        SigningKey old = stored().signer();

        assertThat(tool("publish", file().toString(), "--algorithm", "blake3")).isZero();
        assertThat(output()).contains("blake3 verify-only");
        assertThat(stored().signer()).isEqualTo(old);
        SigningKey published = stored().keys().get(1);
        assertThat(tool("activate", file().toString(), published.name())).isZero();

        assertThat(stored().signer().id()).isEqualTo(published.id());
    }

    @Test
    void tool_revoke_replacesTheActiveKey() throws IOException {
        tool("generate", file().toString(), "--algorithm", "ed25519");
        SigningKey old = stored().signer();

        assertThat(tool("revoke", file().toString(), old.name())).isZero();

        assertThat(output()).contains(old.name() + " ed25519 revoked");
        assertThat(stored().signer().algorithm()).isEqualTo(KeyAlgorithm.ED25519);
        SigningKey active = stored().signer();
        tool("publish", file().toString());
        tool("revoke", file().toString(), stored().keys().get(2).name());
        assertThat(stored().signer()).isEqualTo(active);
        assertThat(tool("prune", file().toString())).isZero();
        assertThat(stored().keys()).containsExactly(active);
    }

    @Test
    void tool_exportPublic_publicHalvesAlone() throws IOException {
        Path exported = folder.resolve("public.txt");
        tool("generate", file().toString(), "--algorithm", "ed25519");

        assertThat(tool("export-public", file().toString(), exported.toString()))
                .isZero();

        assertThat(KeyRingFile.read(exported, KeyFileAccess.OWNER_ONLY)).isEqualTo(stored().toPublic());
        assertThat(Files.readString(exported)).doesNotContain("secret=");
    }

    @Test
    void tool_exportPublic_whereSecretsWouldBeLost_refused() throws IOException {
        tool("generate", file().toString());
        KeySet before = stored();
        Path link = Files.createSymbolicLink(folder.resolve("link"), file());
        Path other = folder.resolve("other");
        Path foreign = Files.writeString(folder.resolve("foreign"), "mine");

        // An HMAC ring has nothing to export.
        assertThat(tool(
                        "export-public",
                        file().toString(),
                        folder.resolve("out").toString()))
                .isEqualTo(1);
        assertThat(output()).contains("no Ed25519 key");
        assertThat(folder.resolve("out")).doesNotExist();
        assertThat(tool("export-public", file().toString(), file().toString())).isEqualTo(1);
        assertThat(stored()).isEqualTo(before);

        tool("generate", other.toString(), "--algorithm", "ed25519");
        for (Path out : List.of(other, file(), link)) {
            Path in = out.equals(other) ? other : file();
            tool("publish", in.toString(), "--algorithm", "ed25519");
            assertThat(tool("export-public", in.toString(), out.toString())).isEqualTo(1);
            assertThat(output()).contains("secrets would be lost");
        }
        assertThat(tool("export-public", other.toString(), file().toString())).isEqualTo(1);
        assertThat(output()).contains("holds secrets");
        assertThat(stored().keys()).hasSize(3);
        assertThat(tool("export-public", other.toString(), foreign.toString(), "--access", "any"))
                .isEqualTo(1);
        assertThat(Files.readString(foreign)).isEqualTo("mine");

        // An earlier export is replaced.
        Path out = folder.resolve("out");
        assertThat(tool("export-public", other.toString(), out.toString())).isZero();
        tool(
                "revoke",
                other.toString(),
                KeyRingFile.read(other, KeyFileAccess.ANY).signer().name());
        assertThat(tool("export-public", other.toString(), out.toString())).isZero();
        assertThat(Files.readString(out)).contains("ed25519 revoked").doesNotContain("secret=");
    }

    @Test
    void tool_help_usageAndStatusZero() {
        for (String help : List.of("help", "--help", "-h")) {
            assertThat(tool(help)).isZero();
            assertThat(output()).startsWith("Usage:").contains("Exit status");
        }
    }

    // C8

    @Test
    void fromFile_missing_saysTheCommandThatMakesIt() throws Exception {
        String message = "";
        try {
            KeyRing.fromFile(file());
        } catch (UncheckedIOException e) {
            message = Objects.requireNonNull(e.getMessage());
        }
        assertThat(message).startsWith("the key file " + file() + " does not exist; make one with: java -cp ");
        String command = message.substring(message.indexOf("java "));

        Process process = new ProcessBuilder("sh", "-c", command).inheritIO().start();

        assertThat(process.waitFor()).isZero();
        assertThat(KeyRing.fromFile(file()).current().canSign()).isTrue();
    }

    @Test
    void tool_anyCommand_printsNoSecret() throws IOException {
        tool("generate", file().toString());
        String secret = Files.readString(file()).replaceAll("(?s).*secret=", "").strip();
        for (String command : List.of("list", "publish", "rotate", "prune")) {
            assertThat(tool(command, file().toString())).isZero();
            assertThat(output()).doesNotContain(secret).isNotEmpty();
        }
    }

    @Test
    void tool_notUnderstood_usageAndStatusTwo() {
        tool("generate", file().toString());
        String file = file().toString();
        for (String[] args : new String[][] {
            {},
            {"list"},
            {"dance", file},
            {"activate", file},
            {"activate", file, "xyz"},
            {"rotate", file, "--verify-for", "soon"},
            {"rotate", file, "--verify-for"},
            {"rotate", file, "--colour", "red"},
            {"publish", file, "--algorithm", "none"},
            {"export-public", file},
            {"list", file, "more"},
            {"revoke", file, "00000001", "00000002"},
            {"revoke", file, "7"},
            {"revoke", file, "00000001", "--verify-for", "12h"},
            {"rotate", file, "--verify-for", "-12h"},
            {"rotate", file, "--verify-for", "999999999999d"},
            {"rotate", file, "--verify-for", "1h", "--verify-for", "2h"},
            {"publish", file, "--access", "owner"},
            {"list", "\0"}
        }) {
            assertThat(tool(args)).as(String.join(" ", args)).isEqualTo(2);
            assertThat(output()).contains("Usage:");
        }
    }

    @Test
    void tool_cannotBeDone_statusOneAndWhy() {
        assertThat(tool("list", file().toString())).isEqualTo(1);
        assertThat(output()).contains("does not exist");
        tool("generate", file().toString());
        assertThat(tool("revoke", file().toString(), "00000007")).isEqualTo(1);
        assertThat(output()).contains("there is no key 00000007");
    }
}
