"""Review priorities with reasons for and against; training, evaluation, model cards."""
