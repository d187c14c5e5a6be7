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
        editAndCopy(table);
        assertThat(table.with(Attribute.ofString("coat"), "red").get(Attribute.ofString("coat")))
                .isEqualTo("red");
    }

    /** An edit keeps what can be read and no more, in a table of the length that was told before. */
    private static void editAndCopy(AttributeTable table) {
        Edits edits = new Edits(table, NO_LIMITS);
        edits.update(Attribute.ofLong("visits").absentIfUnreadable(), n -> n == null ? 1L : n + 1);
        edits.put(Attribute.ofString("coat"), "red");
        AttributeTable edited = edits.applyTo(table);
        assertThat(edits.length()).isEqualTo(edited.length());
        assertThat(edited.names()).containsExactlyInAnyOrderElementsOf(edits.names());
        assertThat(edited.names()).doesNotHaveDuplicates().containsAll(table.names());

        Edits copy = new Edits(AttributeTable.EMPTY, NO_LIMITS);
        edited.encodedAttributes().forEach(copy::putEncoded);
        assertThat(copy.applyTo(AttributeTable.EMPTY).encodedAttributes())
                .containsExactlyElementsOf(edited.encodedAttributes());
    }

    private static final Edits.Limits NO_LIMITS = new Edits.Limits() {
        @Override
        public void checkAttribute(String name, int length) {
            assertThat(length).isPositive();
        }

        @Override
        public void checkSession(long length) {
            assertThat(length).isPositive();
        }
    };
}
