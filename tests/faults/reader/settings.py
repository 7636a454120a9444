"""The settings of the reader."""

from pydantic_settings import SettingsConfigDict

from tests.faults.service import FaultSettings


class Settings(FaultSettings):
    """Settings of the reader: `RAPPORT_READER_...`."""

    model_config = SettingsConfigDict(env_prefix="RAPPORT_READER_", extra="ignore")
