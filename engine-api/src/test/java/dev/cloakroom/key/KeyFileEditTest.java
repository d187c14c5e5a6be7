package dev.cloakroom.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to a running ring when people edit its file: it works as meant, or the old keys stay and are told. */
class KeyFileEditTest {

    private static final String ACTIVE = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
    private static final String OLD = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI";
    private static final String TEXT = "cloakroom-keys 1\n"
            + "key 3f2a9c01 hmac-sha-256 verify-only secret=" + OLD + "\n"
            + "key 77b0d2e4 hmac-sha-256 active secret=" + ACTIVE + "\n";
    private static final int OLD_ID = 0x3f2a9c01;

    @TempDir
    Path folder;

    private Path file;
    private KeyRing ring;
    private long now = 1_000;

    @BeforeEach
    void follow() throws IOException {
        file = folder.resolve("keys");
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, TEXT);
        ring = KeyRing.fromFile(file);
        ring.at(now);
    }

    private KeySet after(String text) throws IOException {
        return after(text.getBytes(StandardCharsets.UTF_8));
    }

    private KeySet after(byte[] bytes) throws IOException {
        Files.write(file, bytes);
        now += 1_000;
        return ring.at(now);
    }

    private static KeyState state(KeySet keys, int id) {
        return Objects.requireNonNull(keys.find(id)).state();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "key 3f2a9c01 hmac-sha-256 revoked secret=" + OLD,
                "key 3f2a9c01 hmac-sha-256 REVOKED secret=" + OLD,
                "key 3f2a9c01 hmac-sha-256 Revoked\t secret=" + OLD,
                "  KEY 3F2A9C01  HMAC-SHA-256 revoked  ",
                "key 3f2a9c01 hmac-sha-256 revoke",
                "key 3f2a9c01 hmac-sha-256 revoked # leaked on 2026-11-23",
                "key 3f2a9c01 hmac-sha-256 revoked\u00a0secret=" + OLD,
                "key 3f2a9c01 hmac-sha-256 revoked until=2026-12-24T18:00:00Z secret=" + OLD,
                "key 3f2a9c01 hmac-sha-256 verify-only revoked secret=" + OLD,
                "key 3f2a9c01 hmac-sha-256 revoked secret=",
                "key 3f2a9c01 hmac-sha-256 state=revoked"
            })
    void edit_revokedInAnyManner_revokedAndItsSecretDropped(String line) throws IOException {
        KeySet keys = after(TEXT.replaceFirst("key 3f2a.*", line));

        assertThat(keys.find(OLD_ID)).isEqualTo(SigningKey.revoked(OLD_ID, KeyAlgorithm.HMAC_SHA_256));
        assertThat(Objects.requireNonNull(keys.find(OLD_ID)).hasSecret()).isFalse();
        assertThat(keys.signer().name()).isEqualTo("77b0d2e4");
        assertThat(ring.problem()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "key 0a11c9ff hmac-sha-256 happy",
                "rubbish",
                "key 77b0d2e4 hmac-sha-256 verify-only secret=" + ACTIVE,
                "key 0a11c9ff hmac-sha-256 verify-only secret=" + ACTIVE,
                "key 0a11c9ff hmac-sha-256 verify-only secret=" + OLD,
                "key 0a11c9ff hmac-sha-256 active secret=AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM",
                "key 3f2a9c01 hmac-sha-256 verify-only secret=" + OLD
            })
    void edit_revokedBesideABrokenLine_revokedAndTheRestAsBefore(String line) throws IOException {
        KeySet keys = after(TEXT.replace("verify-only secret", "revoked secret") + line);

        assertThat(keys.keys())
                .containsExactly(
                        SigningKey.revoked(OLD_ID, KeyAlgorithm.HMAC_SHA_256),
                        Objects.requireNonNull(KeyFileText.parse(TEXT).find(0x77b0d2e4)));
        assertThat(ring.problem())
                .contains("line")
                .contains("old keys stay in force, except for the revoked keys (3f2a9c01)")
                .doesNotContain(ACTIVE)
                .doesNotContain(OLD);
    }

    @Test
    void edit_revokedWhereEverythingElseIsBroken_revoked() throws IOException {
        for (String text : new String[] {
            "key 3f2a9c01 hmac-sha-256 revoked",
            "cloakroom-keys 1\nkey 3f2a9c01 unknown revoked",
            "cloakroom-keys 1\nrevoked key 3f2a9c01",
            "cloakroom-keys 1\nkey 3f2a9c01 revoked"
        }) {
            follow2();
            assertThat(state(after(text), OLD_ID)).as(text).isInstanceOf(KeyState.Revoked.class);
            assertThat(ring.current().canSign()).isTrue();
        }
    }

    private void follow2() throws IOException {
        Files.writeString(file, TEXT);
        ring = KeyRing.fromFile(file);
        now += 10_000;
        ring.at(now);
    }

    @Test
    void edit_otherBytesForTheSameText_asMeant() throws IOException {
        String revoked = TEXT.replaceFirst("key 3f2a.*", "key 3f2a9c01 hmac-sha-256 revoked");
        for (byte[] bytes : new byte[][] {
            revoked.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8),
            revoked.replace("\n", "\r").getBytes(StandardCharsets.UTF_8),
            revoked.strip().getBytes(StandardCharsets.UTF_8),
            ("\uFEFF" + revoked).getBytes(StandardCharsets.UTF_8),
            revoked.getBytes(StandardCharsets.UTF_16),
            ("\uFEFF" + revoked).getBytes(StandardCharsets.UTF_16LE),
            revoked.replace(" ", "  \t").getBytes(StandardCharsets.UTF_8)
        }) {
            follow2();
            assertThat(state(after(bytes), OLD_ID)).isInstanceOf(KeyState.Revoked.class);
            assertThat(ring.problem()).isNull();
        }
    }

    @Test
    void edit_otherChanges_asMeant() throws IOException {
        assertThat(after(TEXT.replaceFirst("key 3f2a.*\n", "")).find(OLD_ID)).isNull();
        assertThat(after(TEXT.replaceFirst("key 3f2a", "# key 3f2a")).find(OLD_ID))
                .isNull();
        KeySet past = after(TEXT.replace("verify-only", "Retired until=2020-01-01T00:00:00Z"));
        assertThat(Objects.requireNonNull(past.find(OLD_ID)).canVerify(System.currentTimeMillis()))
                .isFalse();
        KeySet zone = after(TEXT.replace("verify-only", "retired until=2999-01-01T00:00:00+01:00"));
        assertThat(Objects.requireNonNull(zone.find(OLD_ID)).canVerify(System.currentTimeMillis()))
                .isTrue();
        assertThat(ring.problem()).isNull();
    }

    @Test
    void edit_notUnderstood_oldKeysStayAndThereIsAHint() throws IOException {
        KeySet before = ring.current();
        Consumer<String> told = hint -> {
            assertThat(ring.current()).isSameAs(before);
            assertThat(ring.problem()).contains("old keys stay in force: ").contains(hint);
        };

        after("");
        told.accept("does not begin with");
        after(TEXT.replace("verify-only", "retired"));
        told.accept("line 2 cannot be used: until= goes with the state retired");
        after(TEXT.replace("verify-only", "retired until=2026-12-24"));
        told.accept("2026-12-24T18:00:00Z");
        after(TEXT + TEXT.lines().skip(1).findFirst().orElseThrow());
        told.accept("lines 2 and 4 have the same id");
        after(TEXT.replace("verify-only", "active"));
        told.accept("lines 2 and 3 are both active");
        after(TEXT.replace(OLD, ACTIVE));
        told.accept("lines 2 and 3 have the same secret");
        after(TEXT.replace(OLD, OLD.substring(0, 40)));
        told.accept("may be cut off");
    }

    @Test
    void edit_keyComesBackAfterItsRevocation_staysRevoked() throws IOException {
        after(TEXT.replace("verify-only", "revoked"));

        KeySet keys = after(TEXT);

        assertThat(state(keys, OLD_ID)).isInstanceOf(KeyState.Revoked.class);
        assertThat(keys.canSign()).isTrue();
        assertThat(ring.problem()).contains("brings back the key 3f2a9c01");
        after(TEXT.replaceFirst("key 3f2a.*\n", ""));
        assertThat(ring.problem()).isNull();
        assertThat(after(TEXT).find(OLD_ID)).isNull();
        assertThat(ring.problem()).contains("brings back the key 3f2a9c01");
    }

    @Test
    void edit_revokedButReadableByOthers_revoked() throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(state(after(TEXT.replace("verify-only", "revoked")), OLD_ID)).isInstanceOf(KeyState.Revoked.class);
        assertThat(ring.problem()).contains("chmod 600");
    }

    @Test
    void edit_revokedInAFileThatOthersCanWrite_notBelieved() throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));

        assertThat(state(after(TEXT.replace("verify-only", "revoked")), OLD_ID))
                .isInstanceOf(KeyState.VerifyOnly.class);
        assertThat(ring.problem()).contains("others may change it").contains("chmod 600");
    }

    @Test
    void parse_revokedKeysSecretInAnotherKey_refused() {
        String text = TEXT.replace("verify-only", "revoked") + "key 0a11c9ff hmac-sha-256 verify-only secret=" + OLD;

        assertThatThrownBy(() -> KeyFileText.parse(text)).hasMessageContaining("lines 2 and 4 have the same secret");
    }
}
