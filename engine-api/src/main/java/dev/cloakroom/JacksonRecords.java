package dev.cloakroom;

import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/** Maps one record type to JSON and back. The only class that touches Jackson, so that Jackson can be absent. */
final class JacksonRecords<R extends Record> {

    private final ObjectReader reader;
    private final ObjectWriter writer;

    private JacksonRecords(Class<R> type) {
        reader = Mapper.INSTANCE.readerFor(type);
        writer = Mapper.INSTANCE.writerFor(type);
    }

    static <R extends Record> JacksonRecords<R> of(Class<R> type) {
        try {
            return new JacksonRecords<>(type);
        } catch (NoClassDefFoundError e) {
            throw new IllegalStateException(
                    "attributes of record types need Jackson: add tools.jackson.core:jackson-databind", e);
        }
    }

    byte[] toJson(R value) {
        return writer.writeValueAsBytes(value);
    }

    R fromJson(byte[] json) {
        return reader.readValue(json);
    }

    private static final class Mapper {
        static final JsonMapper INSTANCE = JsonMapper.builder().build();
    }
}
