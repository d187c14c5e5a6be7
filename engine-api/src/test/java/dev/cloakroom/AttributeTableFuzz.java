package dev.cloakroom;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;

/** Looks for bytes that an attribute table cannot cope with. */
class AttributeTableFuzz {

    private static final List<Attribute<?>> ATTRIBUTES = List.of(
            Attribute.ofString("coat"),
            Attribute.ofLong("visits"),
            Attribute.ofList("list", AttributeType.listOf(AttributeType.STRING)),
            Attribute.ofMap("map", AttributeType.INSTANT));

    @FuzzTest(maxDuration = "2s")
    void get_anyBytes_valueOrAttributeException(FuzzedDataProvider input) {
        byte[] bytes = input.consumeRemainingAsBytes();
        if (!AttributeTable.isTable(bytes, 0, bytes.length)) {
            return;
        }
        AttributeTable table = new AttributeTable(bytes, 0, bytes.length);
        for (Attribute<?> attribute : ATTRIBUTES) {
            try {
                table.get(attribute);
            } catch (AttributeException e) {
                assertThat(e.attribute()).isEqualTo(attribute.name());
            }
        }
        assertThat(table.with(Attribute.ofString("coat"), "red").get(Attribute.ofString("coat")))
                .isEqualTo("red");
    }
}
