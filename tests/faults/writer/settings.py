"""The settings of the writer."""

from pydantic_settings import SettingsConfigDict

from tests.faults.service import FaultSettings


class Settings(FaultSettings):
    """Settings of the writer: `RAPPORT_WRITER_...`."""

    model_config = SettingsConfigDict(env_prefix="RAPPORT_WRITER_", extra="ignore")
