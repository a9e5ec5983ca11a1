package io.tillstream.http.body;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import java.nio.charset.Charset;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class BodyTest {
    private static final Instant NOW = Instant.parse("2026-03-06T09:29:43.378Z");
    private static final Body GOODS = new Goods();

    private static final class Goods extends Body {
        Goods() {
            text("name")
                    .trimmed()
                    .length(1, 20)
                    .required()
                    .doc("Shown to buyers")
                    .example("Mug");
            text("slug").trimmed().lowerCased().matches("[a-z0-9]+(-[a-z0-9]+)*", "may hold only a-z, 0-9 and -");
            text("note").nullable();
            money("price").defaultsTo(500L);
            decimal("vat_rate", "0", "999.99").nullable();
            integer("days").range(1, 3650).nullIsAbsent();
            bool("active").defaultsTo(true);
            choice("kind", "content", "redirect");
            timestamp("until").emptyIsNull().nullable();
            timestamp("expires").future();
            uuids("tags").size(0, 3).each(UuidField::standard).distinct();
            monies("presets").size(0, 20);
            any("config");
            object("video", video -> {
                video.bool("loop");
                video.strict();
            });
            objects("features", feature -> {
                feature.text("title").length(1, 5).required();
                feature.texts("items").each(item -> item.length(0, 3));
            });
            rule((values, errors, now) -> {
                if (values.has("days") && values.has("until")) errors.add("until", "must not be sent with days");
            });
        }
    }

    private static final class Strict extends Body {
        Strict() {
            text("name");
            strict();
            notEmpty(ErrorCode.INVALID_INPUT);
        }
    }

    private static Values read(String json) {
        return GOODS.read(json.getBytes(UTF_8), false, NOW);
    }

    private static Invalid refused(Body body, String json) {
        try {
            body.read(json.getBytes(UTF_8), false, NOW);
        } catch (Invalid e) {
            return e;
        }
        throw new AssertionError("accepted " + json);
    }

    /** What is wrong with one more field than the required one. */
    private static List<String> wrong(String field, String value) {
        Invalid refused = refused(GOODS, "{\"name\":\"x\",\"" + field + "\":" + value + "}");
        assertThat(refused.code()).isEqualTo(ErrorCode.VALIDATION_ERROR);
        assertThat(refused.details()).containsOnlyKeys(field);
        assertThat(refused.getMessage()).contains(field);
        return refused.details().getOrDefault(field, List.of());
    }

    @Test
    void normalisesAndDefaults() {
        Values values = read("""
                {"name":"  Mug ","slug":" My-Mug","until":"2026-03-06T11:29:43+02:00","unknown":1,"note":null,
                 "tags":["550E8400-E29B-41D4-A716-446655440000","550e8400-e29b-41d4-a716-446655440000"],
                 "features":[{"title":"a","items":["b"],"more":1}],"config":{"any":[1.50]},"days":null}""");
        assertThat(values.json().toString())
                .isEqualTo("{\"name\":\"Mug\",\"slug\":\"my-mug\",\"note\":null,\"price\":500,\"active\":true,"
                        + "\"until\":\"2026-03-06T09:29:43.000Z\",\"tags\":[\"550e8400-e29b-41d4-a716-446655440000\"],"
                        + "\"config\":{\"any\":[1.50]},\"features\":[{\"title\":\"a\",\"items\":[\"b\"]}]}");
        assertThat(values.requiredText("name")).isEqualTo("Mug");
        assertThat(values.has("note")).isTrue();
        assertThat(values.text("note")).isNull();
        assertThat(values.has("days")).isFalse();
        assertThat(values.requiredMoney("price")).isEqualTo(500);
        assertThat(values.uuids("tags")).containsExactly(UUID.fromString("550e8400-e29b-41d4-a716-446655440000"));
    }

    @Test
    void countsCharactersAsUnicodeDoes() {
        assertThat(read("{\"name\":\"" + "😀".repeat(20) + "\",\"slug\":\"mug\"}")
                        .requiredText("name"))
                .startsWith("😀");
        assertThat(refused(GOODS, "{\"name\":\"" + "😀".repeat(21) + "\",\"slug\":\"mug\"}")
                        .code())
                .isEqualTo(ErrorCode.VALIDATION_ERROR);
    }

    @Test
    void collectsEverythingThatIsWrong() {
        Invalid refused = refused(GOODS, """
                {"price":29.99,"active":"yes","features":[{"title":"ok"},{"title":"too long","items":["1","four"]},5]}""");
        assertThat(refused.code()).isEqualTo(ErrorCode.VALIDATION_ERROR);
        assertThat(refused.details())
                .containsOnlyKeys("name", "price", "active", "features.1.title", "features.1.items.1", "features.2");
        assertThat(refused.details().get("name")).isEqualTo(List.of("name is required"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"29.99", "-1", "100000000", "\"5\"", "null", "true", "1e30", "[]"})
    void takesMoneyInMinorUnitsOnly(String value) {
        assertThat(wrong("price", value)).hasSize(1);
    }

    @Test
    void saysMinorUnitsForAFraction() {
        assertThat(wrong("price", "29.99").getFirst()).contains("minor units");
    }

    @ParameterizedTest
    @CsvSource({"0,0", "5.0,5", "1e3,1000", "99999999,99999999"})
    void takesWholeNumbersHoweverWritten(String sent, long read) {
        assertThat(read("{\"name\":\"x\",\"price\":" + sent + "}").money("price"))
                .isEqualTo(read);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-03-06T09:29Z, 2026-03-06T09:29:00Z",
        "2026-03-06T09:29:43.1239Z, 2026-03-06T09:29:43.123Z",
        "2026-03-06T09:29:43-05:30, 2026-03-06T14:59:43Z"
    })
    void takesTimestampsOfAnyOffset(String sent, Instant read) {
        assertThat(read("{\"name\":\"x\",\"until\":\"" + sent + "\"}").instant("until"))
                .isEqualTo(read);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"2026-03-06\"",
                "\"2026-03-06T09:29:43\"",
                "\"tomorrow\"",
                "1772789383",
                "\"2026-13-06T09:29:43Z\"",
                "\"+12026-03-06T09:29:43Z\"",
                "\"2026-03-06T09:29:43[Europe/Berlin]\""
            })
    void refusesOtherTimestamps(String value) {
        assertThat(wrong("until", value)).hasSize(1);
    }

    @Test
    void readsEmptyAsNullWhereDeclared() {
        Values values = read("{\"name\":\"x\",\"until\":\"\"}");
        assertThat(values.has("until")).isTrue();
        assertThat(values.instant("until")).isNull();
    }

    @Test
    void judgesByTheInjectedTime() {
        assertThat(wrong("expires", "\"2026-03-06T09:29:43.378Z\"")).containsExactly("expires must be in the future");
        assertThat(read("{\"name\":\"x\",\"expires\":\"2026-03-06T09:29:43.379Z\"}")
                        .has("expires"))
                .isTrue();
    }

    @Test
    void refusesOtherLists() {
        String id = "\"550e8400-e29b-41d4-a716-446655440000\"";
        assertThat(wrong("tags", "[" + id + "," + id + "," + id + "," + id + "]"))
                .hasSize(1);
        assertThat(refused(GOODS, "{\"name\":\"x\",\"tags\":[\"550e8400-e29b-91d4-a716-446655440000\"]}")
                        .details())
                .containsOnlyKeys("tags.0");
        assertThat(refused(GOODS, "{\"name\":\"x\",\"tags\":[null]}").details()).containsOnlyKeys("tags.0");
        assertThat(refused(GOODS, "{\"name\":\"x\",\"video\":{\"loop\":true,\"speed\":2}}")
                        .details())
                .containsOnlyKeys("video.speed");
    }

    @Test
    void asksRulesOverFieldsOnceEachIsRight() {
        assertThat(refused(GOODS, "{\"name\":\"x\",\"days\":1,\"until\":\"2026-03-06T09:29Z\"}")
                        .details())
                .containsOnlyKeys("until");
        assertThat(refused(GOODS, "{\"days\":1,\"until\":\"2026-03-06T09:29Z\"}")
                        .details())
                .containsOnlyKeys("name");
    }

    @Test
    void refusesUnknownFieldsAndNothingAtAllWhereDeclared() {
        Invalid unknown = refused(new Strict(), "{\"name\":\"x\",\"nmae\":1}");
        assertThat(unknown.code()).isEqualTo(ErrorCode.VALIDATION_ERROR);
        assertThat(unknown.details()).containsOnlyKeys("nmae");
        assertThat(refused(new Strict(), "{}").code()).isEqualTo(ErrorCode.INVALID_INPUT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "5",
                "\"x\"",
                "{\"name\":\"x\"} x",
                "{\"name\":\"x\",\"name\":\"y\"}",
                "{'name':1}"
            })
    void refusesWhatIsNoJsonObject(String body) {
        assertThat(refused(GOODS, body).code()).isEqualTo(ErrorCode.INVALID_INPUT);
    }

    @Test
    void takesNoBodyForAnOptionalOne() {
        assertThatExceptionOfType(Invalid.class)
                .isThrownBy(() -> GOODS.read(new byte[0], true, NOW))
                .satisfies(e -> assertThat(e.details()).containsOnlyKeys("name"));
    }

    @Test
    void refusesWhatNoStoreCanKeep() {
        assertThat(wrong("note", "\"a\\u0000b\"")).hasSize(1);
        assertThat(wrong("note", "\"a\\ud800\"")).hasSize(1);
        assertThat(wrong("unknown", "\"\\udc00\"")).hasSize(1);
        assertThat(refused(GOODS, "{\"config\":{\"a\":[\"\\u0000\"]}}").details())
                .containsOnlyKeys("config.a.0");
        assertThat(refused(GOODS, "{\"config\":{\"a\\u0000\":1}}").details()).hasSize(1);
        assertThat(read("{\"name\":\"\\ud83d\\ude00\"}").text("name")).isEqualTo("😀");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1e999999999",
                "1e-999999999",
                "123456789012345678901234567890",
                "0.12345678901234567890123456789012345"
            })
    void refusesHugeNumbers(String number) {
        assertThat(refused(GOODS, "{\"name\":\"x\",\"config\":{\"n\":" + number + "}}")
                        .code())
                .isEqualTo(ErrorCode.VALIDATION_ERROR);
    }

    @Test
    void refusesDeepNestingAndLongNumbers() {
        String deep = "{\"config\":".repeat(65) + "1" + "}".repeat(65);
        assertThat(refused(GOODS, deep).code()).isEqualTo(ErrorCode.INVALID_INPUT);
        assertThat(refused(GOODS, "{\"n\":" + "1".repeat(5_000) + "}").code()).isEqualTo(ErrorCode.INVALID_INPUT);
        assertThat(refused(GOODS, "{\"n\":1e9999999999}").code()).isEqualTo(ErrorCode.INVALID_INPUT);
        assertThat(refused(GOODS, "{\"n\":1e-9999999999}").code()).isEqualTo(ErrorCode.INVALID_INPUT);
    }

    @Test
    void describesItselfAsASchema() {
        ObjectNode schema = GOODS.schema();
        assertThat(schema.at("/required").toString()).isEqualTo("[\"name\"]");
        assertThat(schema.at("/properties/name").toString())
                .isEqualTo("{\"type\":\"string\",\"minLength\":1,\"maxLength\":20,\"description\":\"Shown to buyers\","
                        + "\"examples\":[\"Mug\"]}");
        assertThat(schema.at("/properties/price").toString())
                .isEqualTo(
                        "{\"type\":\"integer\",\"format\":\"int64\",\"minimum\":0,\"maximum\":99999999,\"default\":500}");
        assertThat(schema.at("/properties/note/type").toString()).isEqualTo("[\"string\",\"null\"]");
        assertThat(schema.at("/properties/features/items/required/0").asString())
                .isEqualTo("title");
        assertThat(schema.at("/properties/video/additionalProperties").asBoolean())
                .isFalse();
    }

    @Test
    void isInUtf8AndNothingElse() {
        for (String encoding : List.of("UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE")) {
            byte[] body = "{\"name\": \"Brushes\"}".getBytes(Charset.forName(encoding));
            assertThatThrownBy(() -> GOODS.read(body, false, NOW))
                    .as(encoding)
                    .isInstanceOf(Invalid.class)
                    .hasMessage("The request's body is not JSON in UTF-8");
        }
    }
}
