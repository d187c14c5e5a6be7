package dev.cloakroom.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

/** Looks for bytes that are taken for a record and are not the one form of it. */
class RecordFormatFuzz {

    @FuzzTest(maxDuration = "2s")
    void decode_anyBytes_refusedOrTheSameAgain(FuzzedDataProvider input) {
        byte[] bytes = input.consumeRemainingAsBytes();
        SessionRecord record;
        try {
            record = RecordFormat.decode(new SessionKey(1, 2), bytes);
        } catch (IllegalArgumentException e) {
            return;
        }
        assertThat(RecordFormat.encode(record)).isEqualTo(bytes);
    }
}
