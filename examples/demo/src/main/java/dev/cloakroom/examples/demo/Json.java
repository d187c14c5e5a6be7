package dev.cloakroom.examples.demo;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads JSON strictly and writes it. */
final class Json {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {}

    static byte[] write(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    static String text(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    /** Reads what another server of the demo answered. */
    static JsonNode read(byte[] json) {
        return MAPPER.readTree(json);
    }

    /** Reads an object: one, whole, without a name given twice, and nothing after it. */
    static JsonNode readObject(String text) throws HttpError {
        try {
            JsonNode node = MAPPER.readTree(text);
            if (node != null && node.isObject()) {
                return node;
            }
        } catch (JacksonException e) {
            throw new HttpError(400, "the body is not valid JSON");
        }
        throw new HttpError(400, "the body is not a JSON object");
    }
}
