package dev.cloakroom;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;

/** Looks for bytes that a value cannot be decoded from and that are not refused as they should be. */
class AttributeTypeFuzz {

    private static final List<AttributeType<?>> TYPES = List.of(
            AttributeType.STRING,
            AttributeType.BOOLEAN,
            AttributeType.LONG,
            AttributeType.DOUBLE,
            AttributeType.BYTES,
            AttributeType.INSTANT,
            AttributeType.DURATION,
            AttributeType.UUID,
            AttributeType.listOf(AttributeType.listOf(AttributeType.STRING)),
            AttributeType.mapOf(AttributeType.mapOf(AttributeType.LONG)),
            AttributeType.json(Point.class),
            AttributeType.listOf(AttributeType.of("bytes/1", bytes -> bytes, (byte[] bytes) -> bytes)));

    record Point(int x, int y) {}

    @FuzzTest(maxDuration = "2s")
    void decode_anyBytesAsAnyType_valueOrAttributeException(FuzzedDataProvider input) {
        AttributeType<?> type = input.pickValue(TYPES);
        byte[] bytes = input.consumeRemainingAsBytes();
        try {
            assertThat((Object) AttributeTable.decode(Attribute.of("any", type), bytes))
                    .isNotNull();
        } catch (AttributeException e) {
            assertThat(e.attribute()).isEqualTo("any");
        }
    }

    @FuzzTest(maxDuration = "2s")
    void untypedValue_anyBytes_valueOrAttributeException(FuzzedDataProvider input) {
        byte[] bytes = input.consumeRemainingAsBytes();
        if (bytes.length == 0) {
            return;
        }
        EncodedAttribute encoded = EncodedAttribute.of("any", bytes);
        assertThat(encoded.typeName()).isNotEmpty();
        assertThat(encoded.toString()).hasSizeLessThan(150);
        try {
            assertThat(encoded.value()).isNotNull();
        } catch (AttributeException e) {
            assertThat(e.attribute()).isEqualTo("any");
        }
    }
}
