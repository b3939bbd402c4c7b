"""The settings that the environment sets (`LONGMEDIA_GROUP__KEY`); imported only where it sets any."""

from __future__ import annotations

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from pipeline.settings.loading import PREFIX, Settings


class Environment(Settings, BaseSettings):
    """All settings, read from the environment."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment only: files and command line are merged by `pipeline.settings.loading.load`."""
        del settings_cls, init_settings, dotenv_settings, file_secret_settings
        return (env_settings,)
