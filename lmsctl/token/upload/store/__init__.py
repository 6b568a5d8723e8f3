"""The statements of files of tokens: finding what rows mean, what is wrong with them, writing."""
