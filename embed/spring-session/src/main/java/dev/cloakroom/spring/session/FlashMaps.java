package dev.cloakroom.spring.session;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.web.servlet.FlashMap;

/**
 * Spring MVC's flash attributes, as maps and lists that JSON can express. A {@link FlashMap} is a map with further
 * properties, of which Jackson would lose the latter.
 */
final class FlashMaps {

    /** Where Spring MVC keeps them. */
    static final String ATTRIBUTE = "org.springframework.web.servlet.support.SessionFlashMapManager.FLASH_MAPS";

    private static final String PATH = "path";
    private static final String PARAMETERS = "parameters";
    private static final String EXPIRES = "expires";
    private static final String VALUES = "values";

    private FlashMaps() {}

    /** Returns flash maps as plain ones. Anything else stays what it is. */
    static Object plain(Object value) {
        if (!(value instanceof List<?> list)) {
            return value;
        }
        List<Object> plain = new ArrayList<>();
        for (Object each : list) {
            if (!(each instanceof FlashMap flash)) {
                return value;
            }
            Map<String, Object> parameters = new LinkedHashMap<>();
            flash.getTargetRequestParams().forEach((name, values) -> parameters.put(name, new ArrayList<>(values)));
            Map<String, Object> map = new LinkedHashMap<>();
            map.put(PATH, flash.getTargetRequestPath());
            map.put(PARAMETERS, parameters);
            map.put(EXPIRES, flash.getExpirationTime());
            map.put(VALUES, new LinkedHashMap<>(flash));
            plain.add(map);
        }
        return plain;
    }

    /** Returns the flash maps of plain ones. Anything else stays what it is. */
    @SuppressWarnings("unchecked") // As made above.
    static Object restored(Object value) {
        if (!(value instanceof List<?> list)) {
            return value;
        }
        List<FlashMap> restored = new CopyOnWriteArrayList<>();
        for (Object each : list) {
            if (!(each instanceof Map<?, ?> map)
                    || !(map.get(VALUES) instanceof Map<?, ?> values)
                    || !(map.get(PARAMETERS) instanceof Map<?, ?> parameters)
                    || !(map.get(EXPIRES) instanceof Long expires)) {
                return value;
            }
            FlashMap flash = new FlashMap();
            flash.putAll((Map<String, Object>) values);
            flash.setTargetRequestPath((String) map.get(PATH));
            flash.addTargetRequestParams(new LinkedMultiValueMap<>((Map<String, List<String>>) parameters));
            flash.setExpirationTime(expires);
            restored.add(flash);
        }
        return restored;
    }
}
