package dev.cloakroom.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class RecordFormatTest {

    private static final SessionKey KEY = new SessionKey(1, 2);
    private static final SessionRecord BOUND =
            new SessionRecord(KEY, 3, 4, 5, 6, 7, new PrincipalKey(8, 9), new byte[] {10, 11});
    private static final SessionRecord ANONYMOUS = new SessionRecord(KEY, 3, 4, 5, 6, 7, null, new byte[] {10, 11});

    /** Version 1, for good: stores hold such bytes. */
    private static final String GOLDEN_BOUND = "0101" + "0000000000000003" + "0000000000000004" + "0000000000000005"
            + "0000000000000006" + "0000000000000007" + "0000000000000008" + "0000000000000009" + "0a0b";

    private static final String GOLDEN_ANONYMOUS = "0100" + "0000000000000003" + "0000000000000004" + "0000000000000005"
            + "0000000000000006" + "0000000000000007" + "0a0b";

    @Test
    void encode_knownRecords_goldenBytes() {
        assertThat(HexFormat.of().formatHex(RecordFormat.encode(BOUND))).isEqualTo(GOLDEN_BOUND);
        assertThat(HexFormat.of().formatHex(RecordFormat.encode(ANONYMOUS))).isEqualTo(GOLDEN_ANONYMOUS);
        assertThat(RecordFormat.length(BOUND)).isEqualTo(GOLDEN_BOUND.length() / 2);
        assertThat(RecordFormat.length(ANONYMOUS)).isEqualTo(GOLDEN_ANONYMOUS.length() / 2);
    }

    @Test
    void decode_goldenBytes_knownRecords() {
        assertThat(RecordFormat.decode(KEY, HexFormat.of().parseHex(GOLDEN_BOUND)))
                .isEqualTo(BOUND);
        assertThat(RecordFormat.decode(KEY, HexFormat.of().parseHex(GOLDEN_ANONYMOUS)))
                .isEqualTo(ANONYMOUS);
    }

    @Test
    void places_versionAndLastAccess_whereTheyAreSaid() {
        ByteBuffer bytes = ByteBuffer.wrap(RecordFormat.encode(BOUND));

        assertThat(bytes.getLong(RecordFormat.VERSION_AT)).isEqualTo(BOUND.version());
        assertThat(bytes.getLong(RecordFormat.LAST_ACCESS_AT)).isEqualTo(BOUND.lastAccess());
    }

    @Property
    void decode_whatWasEncoded_theSame(
            @ForAll @LongRange(min = 1) long version,
            @ForAll long time,
            @ForAll @LongRange(min = 0) long idle,
            @ForAll boolean bound,
            @ForAll byte[] data) {
        SessionRecord record = new SessionRecord(
                KEY, version, time, ~time, idle, -time, bound ? new PrincipalKey(time, idle) : null, data);

        assertThat(RecordFormat.decode(KEY, RecordFormat.encode(record))).isEqualTo(record);
    }

    @Test
    void decode_cutOffOrUnknown_refused() {
        byte[] genuine = RecordFormat.encode(BOUND);
        for (int length = 0; length < genuine.length - BOUND.data().length; length++) {
            byte[] cut = Arrays.copyOf(genuine, length);
            assertThatThrownBy(() -> RecordFormat.decode(KEY, cut)).isInstanceOf(IllegalArgumentException.class);
        }
        for (int at = 0; at < 2; at++) {
            byte[] unknown = genuine.clone();
            unknown[at] = 2;
            assertThatThrownBy(() -> RecordFormat.decode(KEY, unknown)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
