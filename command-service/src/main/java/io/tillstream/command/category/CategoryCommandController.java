package io.tillstream.command.category;

import com.github.f4b6a3.uuid.UuidCreator;
import io.swagger.v3.oas.annotations.Operation;
import io.tillstream.command.category.CategoryBody.ChangeCategoryRequest;
import io.tillstream.command.category.CategoryBody.CreateCategoryRequest;
import io.tillstream.command.category.CategoryCommand.ChangeCategory;
import io.tillstream.command.category.CategoryCommand.CreateCategory;
import io.tillstream.command.category.CategoryCommand.DeleteCategory;
import io.tillstream.command.category.CategoryCommand.Description;
import io.tillstream.command.platform.CommandSender;
import io.tillstream.events.category.Category;
import io.tillstream.http.Answer;
import io.tillstream.http.Request;
import io.tillstream.http.access.RequiresScope;
import io.tillstream.http.access.Scope;
import io.tillstream.http.body.JsonBody;
import io.tillstream.http.body.Values;
import io.tillstream.http.error.Refuses;
import java.util.UUID;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/categories")
class CategoryCommandController {
    private final CommandSender commands;

    CategoryCommandController(CommandSender commands) {
        this.commands = commands;
    }

    @PostMapping
    @RequiresScope(Scope.PRODUCTS_WRITE)
    @Operation(summary = "Create a category")
    @Refuses("SLUG_TAKEN")
    Answer<Category> create(Request request, @JsonBody(CreateCategoryRequest.class) Values body) {
        return commands.send(
                request,
                new CreateCategory(
                        UuidCreator.getTimeOrderedEpoch(),
                        body.requiredText("name"),
                        body.requiredText("slug"),
                        body.text("description")),
                (Category category) -> Answer.created(category).version(category.version()));
    }

    @PatchMapping("/{id}")
    @RequiresScope(Scope.PRODUCTS_WRITE)
    @Operation(summary = "Update a category", description = "Sets the fields that are sent, at least one.")
    @Refuses({"UNKNOWN", "SLUG_TAKEN"})
    Answer<Category> change(
            @PathVariable UUID id, Request request, @JsonBody(ChangeCategoryRequest.class) Values body) {
        return commands.send(
                request,
                new ChangeCategory(
                        id,
                        body.text("name"),
                        body.text("slug"),
                        body.has("description") ? new Description(body.text("description")) : null),
                (Category category) -> Answer.ok(category).version(category.version()));
    }

    @DeleteMapping("/{id}")
    @RequiresScope(Scope.PRODUCTS_WRITE)
    @Operation(summary = "Delete a category", description = "Products keep everything else.")
    @Refuses("UNKNOWN")
    Answer<Void> delete(@PathVariable UUID id, Request request) {
        return commands.send(request, new DeleteCategory(id), (Category category) -> Answer.noContent());
    }
}
